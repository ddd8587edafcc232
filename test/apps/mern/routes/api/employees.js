const express = require('express');
const router = express.Router();
const employees = require('../../controllers/employees');

router.route('/').get(employees.getAll).post(employees.create);

router.delete('/:id', employees.remove);

module.exports = router;
