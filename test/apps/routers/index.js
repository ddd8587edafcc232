const express = require('express');
const cors = require('cors');
const { everybody, editors, partners } = require('./policies');

const app = express();

// Anybody's page may show tiles.
app.get('/tiles/:z/:x/:y', cors(everybody), (req, res) => {
  res.json({ tile: true });
});

app.use('/api', cors(editors), require('./api'));

app
  .route('/partners/feed')
  .all(cors(partners))
  .get((req, res) => {
    res.json([]);
  })
  .put((req, res) => {
    res.status(204).end();
  });

app.delete('/partners/feed/:entry', cors(partners), (req, res) => {
  res.sendStatus(204);
});

app.use((req, res) => {
  res.status(404).end();
});

app.listen(process.env.PORT || 8080);
