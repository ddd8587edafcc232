const verifyToken = (req, res, next) => {
  const header = req.headers.authorization || req.headers.Authorization;
  if (!header?.startsWith('Bearer ')) return res.sendStatus(401);
  req.token = header.split(' ')[1];
  next();
};

module.exports = verifyToken;
