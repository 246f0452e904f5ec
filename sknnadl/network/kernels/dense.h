/* A dense layer, forward and backward. No row changes the bits of another's result. */

/* out = x weights + biases */
TARGET static void NAME(dense)(const Dense *s, const REAL *x, const REAL *weights,
                               const REAL *biases, REAL *out, REAL *memory)
{
    Product p = {.lines = 1, .depth = s->inputs, .columns = s->units,
                 .row_step = s->inputs, .step = 1};
    Py_ssize_t some;
    for (Py_ssize_t i = 0; i < s->n; i += some) {
        const REAL *row = x + i * s->inputs;
        int leaves_out = NAME(row_has_few)(s, row);
        for (some = 1; !leaves_out && i + some < s->n; some++)
            if (NAME(row_has_few)(s, row + some * s->inputs))
                break;
        p.rows = some;
        if (leaves_out)
            NAME(multiply_listed)(s->inputs, s->units, row, weights, out + i * s->units,
                                  memory);
        else
            NAME(multiply)(p, row, weights, out + i * s->units, memory);
    }
    for (Py_ssize_t i = 0; i < s->n; i++)
        for (Py_ssize_t j = 0; j < s->units; j++)
            out[i * s->units + j] += biases[j];
}

/* weights_gradient = x.T dz, of as many inputs as are said, from the first of `x` on */
TARGET static void NAME(dense_weights_gradient)(const Dense *s, Py_ssize_t inputs,
                                                const REAL *x, const REAL *dz,
                                                REAL *gradient, REAL *memory)
{
    Product p = {.lines = 1, .depth = s->n, .columns = s->units, .row_step = 1,
                 .step = s->inputs};
    Py_ssize_t at_a_time = inputs_listed(s), some;
    for (Py_ssize_t i = 0; i < inputs; i += some) {
        some = Py_MIN(at_a_time, inputs - i);
        int leaves_out = NAME(columns_have_few)(s, some, x + i);
        while (!leaves_out && i + some < inputs) {
            Py_ssize_t more = Py_MIN(at_a_time, inputs - i - some);
            if (NAME(columns_have_few)(s, more, x + i + some))
                break;
            some += more;
        }
        p.rows = some;
        if (leaves_out)
            NAME(multiply_columns_listed)(s, some, x + i, dz, gradient + i * s->units,
                                          memory);
        else
            NAME(multiply)(p, x + i, dz, gradient + i * s->units, memory);
    }
}

/* biases_gradient = the sum of the rows of dz */
TARGET static void NAME(sum_of_rows)(Py_ssize_t n, Py_ssize_t units, const REAL *dz,
                                     REAL *sum)
{
    memset(sum, 0, units * sizeof(REAL));
    for (Py_ssize_t i = 0; i < n; i++)
        for (Py_ssize_t j = 0; j < units; j++)
            sum[j] += dz[i * units + j];
}

/* dx = dz transposed, where this is weights.T; without it, for few rows, dx is
   (weights dz.T).T: to transpose the weights would take longer. Whole vectors of rows are
   two at a time, as the weights, which no cache may hold, are read again for the next. */
TARGET static void NAME(dense_input_gradient)(const Dense *s, const REAL *weights,
                                              const REAL *transposed, const REAL *dz,
                                              REAL *dx, REAL *memory)
{
    if (transposed) {
        Product p = {.rows = s->n, .lines = 1, .depth = s->units, .columns = s->inputs,
                     .row_step = s->units, .step = 1};
        NAME(multiply)(p, dz, transposed, dx, memory);
        return;
    }
    Py_ssize_t filled = s->n > HALF ? (s->n + LANES - 1) / LANES * LANES : HALF;
    Product p = {.rows = s->inputs, .lines = 1, .depth = s->units, .columns = filled,
                 .row_step = s->units, .step = 1, .b_step = filled, .out_step = filled};
    REAL *dz_transposed = memory, *dx_transposed = memory + s->units * filled;
    memset(dz_transposed, 0, s->units * filled * sizeof(REAL));
    NAME(transpose)(s->n, s->units, dz, s->units, dz_transposed, filled);
    NAME(multiply_wide)(&p, weights, dz_transposed, dx_transposed);
    NAME(transpose)(s->inputs, s->n, dx_transposed, filled, dx, s->inputs);
}

/* All gradients, that of `x` where `dx` is not NULL. */
TARGET static void NAME(dense_gradients)(const Dense *s, const REAL *x,
                                         const REAL *weights, const REAL *dz,
                                         REAL *weights_gradient, REAL *biases_gradient,
                                         REAL *dx, REAL *memory)
{
    NAME(dense_weights_gradient)(s, s->inputs, x, dz, weights_gradient, memory);
    NAME(sum_of_rows)(s->n, s->units, dz, biases_gradient);
    if (!dx)
        return;
    if (!is_transposed(s->n)) {
        NAME(dense_input_gradient)(s, weights, NULL, dz, dx, memory);
        return;
    }
    NAME(transpose)(s->inputs, s->units, weights, s->units, memory, s->inputs);
    NAME(dense_input_gradient)(s, weights, memory, dz, dx,
                               memory + s->inputs * s->units);
}
