const everybody = { origin: '*' };

const editors = {
  origin: ['https://edit.maps.example', 'https://review.maps.example'],
  credentials: true,
  maxAge: 600,
};

const partners = { ...editors, origin: 'https://partner.example' };

module.exports = { everybody, editors, partners };
