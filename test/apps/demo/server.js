// The shop: what the single-page app at https://shop.fernfield.example talks to.
require('dotenv').config();

const express = require('express');
const cors = require('cors');
const cookieParser = require('cookie-parser');
const helmet = require('helmet');
const morgan = require('morgan');

const app = express();
const port = process.env.PORT || 4000;

app.set('trust proxy', 1);
app.use(helmet());
app.use(morgan('combined'));
app.use(express.json({ limit: '200kb' }));
app.use(cookieParser(process.env.COOKIE_SECRET));

const products = [
  { id: 'fern-01', name: 'Royal fern', price: 1890, stock: 14 },
  { id: 'moss-02', name: 'Moss, 1 m²', price: 3200, stock: 6 },
  { id: 'seed-11', name: 'Wildflower meadow', price: 650, stock: 120 },
];
const orders = new Map();

app.get('/health', (req, res) => {
  res.send('ok');
});

app.get('/api/products', (req, res) => {
  res.json(products);
});

const corsOptions = {
  origin: ['https://shop.fernfield.example/', 'https://checkout.fernfield.example'],
  credentials: true,
  methods: ['GET', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['Content-Type', 'X-Requested-With'],
  maxAge: 600,
};

app.use(cors(corsOptions));
app.options('*', cors(corsOptions));

function requireCustomer(req, res, next) {
  const [scheme, token] = (req.headers.authorization || '').split(' ');
  if (scheme !== 'Bearer' || !token) {
    return res.status(401).json({ error: 'Please sign in.' });
  }
  req.customer = token;
  next();
}

app.get('/api/orders', requireCustomer, (req, res) => {
  res.json(orders.get(req.customer) || []);
});

app.post('/api/orders', requireCustomer, (req, res) => {
  const { items = [] } = req.body;
  const unknown = items.filter((item) => !products.some((product) => product.id === item.id));
  if (items.length === 0 || unknown.length > 0) {
    return res.status(422).json({ error: 'We do not sell that.', items: unknown });
  }
  const order = { id: `o-${Date.now()}`, items, placedAt: new Date().toISOString() };
  orders.set(req.customer, [...(orders.get(req.customer) || []), order]);
  res.status(201).location(`/api/orders/${order.id}`).json(order);
});

app.delete('/api/orders/:id', requireCustomer, (req, res) => {
  const left = (orders.get(req.customer) || []).filter((order) => order.id !== req.params.id);
  orders.set(req.customer, left);
  res.status(204).end();
});

app.use((err, req, res, next) => {
  if (res.headersSent) return next(err);
  console.error(err);
  res.status(err.status || 500).json({ error: 'Something went wrong.' });
});

app.listen(port, () => {
  console.log(`The shop listens on ${port}`);
});
