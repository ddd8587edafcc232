const { Router } = require('express');
const layers = require('./layers');

const api = Router();

api.use('/v2', layers);
api.get('/version', (req, res) => res.json({ version: 2 }));

module.exports = api;
