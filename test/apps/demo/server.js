// The shop: what the single-page app at https://shop.fernfield.example talks to.
require('dotenv').config();

const express = require('express');
const cors = require('cors');
const cookieParser = require('cookie-parser');
const helmet = require('helmet');
const morgan = require('morgan');
const corsOptions = require('./config/corsOptions');

const app = express();
const port = process.env.PORT || 4000;

app.set('trust proxy', 1);
app.use(helmet());
app.use(morgan('combined'));
app.use(express.json({ limit: '200kb' }));
app.use(cookieParser(process.env.COOKIE_SECRET));

app.get('/health', (req, res) => {
  res.send('ok');
});

app.use('/api/products', require('./routes/products'));

app.use(cors(corsOptions));
app.options('*', cors(corsOptions));

app.use('/api/orders', require('./routes/orders'));

app.use((err, req, res, next) => {
  if (res.headersSent) return next(err);
  console.error(err);
  res.status(err.status || 500).json({ error: 'Something went wrong.' });
});

app.listen(port, () => {
  console.log(`The shop listens on ${port}`);
});
