module.exports = (req, res, next) => {
  if (req.headers.authorization !== 'Bearer token') {
    return res.status(403).json({ error: 'That is for the staff.' });
  }
  next();
};
