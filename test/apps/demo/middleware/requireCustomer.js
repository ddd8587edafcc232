module.exports = function requireCustomer(req, res, next) {
  const [scheme, token] = (req.headers.authorization || '').split(' ');
  if (scheme !== 'Bearer' || !token) {
    return res.status(401).json({ error: 'Please sign in.' });
  }
  req.customer = token;
  next();
};
