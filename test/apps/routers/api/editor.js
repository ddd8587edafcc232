const express = require('express');

const router = express.Router();

router.post('/', (req, res, next) => {
  if (!req.headers.cookie) return next(Object.assign(new Error('Who is that?'), { status: 401 }));
  res.status(201).json({ layer: true });
});
router.patch('/:layer', (req, res) => {
  res.json({ layer: true });
});

module.exports = router;
