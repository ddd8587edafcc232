const employees = [{ id: 1, name: 'Mara' }];

const getAll = (req, res) => {
  res.json(employees);
};

const create = (req, res) => {
  res.status(201).json({ id: 2, name: 'Joris' });
};

const remove = async (req, res) => {
  res.sendStatus(204);
};

module.exports = { getAll, create, remove };
