const router = require('express').Router();
const isAdmin = require('./lib/is-admin');

router.get('/', (req, res) => {
  res.json([]);
});

router.put('/:station', isAdmin, (req, res) => {
  res.json({ station: true });
});

module.exports = router;
