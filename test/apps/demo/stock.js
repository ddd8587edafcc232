module.exports = [
  { id: 'fern-01', name: 'Royal fern', price: 1890, stock: 14 },
  { id: 'moss-02', name: 'Moss, 1 m²', price: 3200, stock: 6 },
  { id: 'seed-11', name: 'Wildflower meadow', price: 650, stock: 120 },
];
