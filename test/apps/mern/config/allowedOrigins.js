const allowedOrigins = ['https://staff.fernfield.example', 'https://admin.fernfield.example/'];

module.exports = allowedOrigins;
