export const notFound = (req, res) => {
  res.status(404).json({ error: 'Nothing here.' });
};

// eslint-disable-next-line no-unused-vars
export const onError = (err, req, res, next) => {
  res.status(500).json({ error: 'Something went wrong.' });
};
