export default {
  port: process.env.PORT,
  api: { prefix: '/api' },
  cors: {
    domain: 'orders.example',
    credentials: true,
  },
};
