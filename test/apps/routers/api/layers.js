const express = require('express');
const editor = require('./editor');

const router = express.Router();

router.use('/layers', editor);
router.get('/layers/:layer', (req, res) => {
  res.json({ layer: true });
});

module.exports = router;
