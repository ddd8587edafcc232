// Node's own `import`: that of a test file is another one.
exports.native = (url) => import(url);
