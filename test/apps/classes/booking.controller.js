const { Router } = require('express');

class BookingController {
  path = '/bookings';
  router = Router();

  constructor() {
    this.initializeRoutes();
  }

  initializeRoutes() {
    this.router.get(this.path, this.getAll.bind(this));
    this.router.post(this.path, this.create);
  }

  getAll(req, res) {
    res.json([]);
  }

  create = async (req, res) => {
    res.status(201).json({ id: 1 });
  };
}

module.exports = BookingController;
