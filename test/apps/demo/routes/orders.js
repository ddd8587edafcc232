const express = require('express');
const requireCustomer = require('../middleware/requireCustomer');
const products = require('../stock');

const router = express.Router();
const orders = new Map();

router.use(requireCustomer);

router.get('/', (req, res) => {
  res.json(orders.get(req.customer) || []);
});

router.post('/', (req, res) => {
  const { items = [] } = req.body;
  const unknown = items.filter((item) => !products.some((product) => product.id === item.id));
  if (items.length === 0 || unknown.length > 0) {
    return res.status(422).json({ error: 'We do not sell that.', items: unknown });
  }
  const order = { id: `o-${Date.now()}`, items, placedAt: new Date().toISOString() };
  orders.set(req.customer, [...(orders.get(req.customer) || []), order]);
  res.status(201).location(`/api/orders/${order.id}`).json(order);
});

router.delete('/:id', (req, res) => {
  const left = (orders.get(req.customer) || []).filter((order) => order.id !== req.params.id);
  orders.set(req.customer, left);
  res.status(204).end();
});

module.exports = router;
