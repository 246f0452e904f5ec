/* A dense layer, forward and backward. No row changes the bits of another's result. */

/* out = x weights + biases */
TARGET static void NAME(dense)(const Dense *s, const REAL *x, const REAL *weights,
                               const REAL *biases, REAL *out, REAL *memory)
{
    Product p = {s->n, 1, s->inputs, s->units, s->inputs, 0, 1};
    NAME(multiply)(p, x, weights, out, memory);
    for (Py_ssize_t i = 0; i < s->n; i++)
        for (Py_ssize_t j = 0; j < s->units; j++)
            out[i * s->units + j] += biases[j];
}

/* weights_gradient = x.T dz, biases_gradient = the sum of dz, dx = (weights dz.T).T,
   this where `dx` is not NULL */
TARGET static void NAME(dense_gradients)(const Dense *s, const REAL *x,
                                         const REAL *weights, const REAL *dz,
                                         REAL *weights_gradient, REAL *biases_gradient,
                                         REAL *dx, REAL *memory)
{
    Product p = {s->inputs, 1, s->n, s->units, 1, 0, s->inputs};
    NAME(multiply)(p, x, dz, weights_gradient, memory);
    memset(biases_gradient, 0, s->units * sizeof(REAL));
    for (Py_ssize_t i = 0; i < s->n; i++)
        for (Py_ssize_t j = 0; j < s->units; j++)
            biases_gradient[j] += dz[i * s->units + j];
    if (!dx)
        return;
    Py_ssize_t filled = s->n < LANES ? LANES : s->n; /* columns, for n of them */
    Product q = {s->inputs, 1, s->units, filled, s->units, 0, 1};
    REAL *dz_transposed = memory, *dx_transposed = memory + s->units * filled;
    memset(dz_transposed, 0, s->units * filled * sizeof(REAL));
    NAME(transpose)(s->n, s->units, dz, s->units, dz_transposed, filled);
    NAME(multiply_wide)(&q, weights, dz_transposed, dx_transposed);
    NAME(transpose)(s->inputs, s->n, dx_transposed, filled, dx, s->inputs);
}
