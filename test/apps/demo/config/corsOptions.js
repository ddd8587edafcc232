module.exports = {
  origin: ['https://shop.fernfield.example/', 'https://checkout.fernfield.example'],
  credentials: true,
  methods: ['GET', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['Content-Type', 'X-Requested-With'],
  maxAge: 600,
};
