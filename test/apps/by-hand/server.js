const express = require('express');
const allowCrossDomain = require('./lib/cors');
const stations = require('./stations');

const app = express();

app.use(allowCrossDomain);
app.use('/stations', stations);
app.get('/', (req, res) => {
  res.send('Weather');
});

module.exports = app.listen(process.env.PORT || 3000);
