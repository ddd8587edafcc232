// What partners see: their orders, and pictures for their own shops.
require('dotenv').config();

const express = require('express');
const cors = require('cors');

const app = express();

const partners = ['https://nursery.example', 'https://greenhouse.example'];

// Our own sites, whatever they are called, and the partners.
function isAllowed(origin) {
  return partners.includes(origin) || origin.endsWith('fernfield.example');
}

const orders = express.Router();

orders.use(
  cors({
    origin(origin, callback) {
      if (!origin) {
        return callback(null, true);
      }
      callback(null, isAllowed(origin));
    },
    credentials: true,
  }),
);

orders.get('/', (req, res) => {
  res.json([{ id: 'order-01', total: 42 }]);
});

const pictures = express.Router();

// Written by hand, years before somebody installed the package.
pictures.use((req, res, next) => {
  const { origin } = req.headers;
  if (partners.includes(origin)) {
    res.setHeader('Access-Control-Allow-Origin', origin);
    res.setHeader('Access-Control-Allow-Methods', 'GET');
  }
  if (req.method === 'OPTIONS') {
    res.status(204);
  } else {
    next();
  }
});

pictures.get('/:id', (req, res) => {
  res.json({ id: req.params.id, url: `https://pictures.fernfield.example/${req.params.id}.jpg` });
});

app.use('/orders', orders);
app.use('/pictures', pictures);

app.listen(process.env.PARTNERS_PORT || 4002);
