/** Express 4 is typed as Express 5: what the tests touch has the same shape in both. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
