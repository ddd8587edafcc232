const isAuth = (req, res, next) => {
  if (!req.headers.cookie) {
    return res.status(401).json({ error: 'Please sign in.' });
  }
  return next();
};

export default isAuth;
