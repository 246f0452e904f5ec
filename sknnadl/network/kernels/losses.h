/* The gradient of each loss. */

/* z = exp(z - the largest of its row) */
TARGET static void NAME(exponentials_of_rows)(Py_ssize_t n, Py_ssize_t units, REAL *z)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        REAL largest = z[i * units];
        for (Py_ssize_t j = 1; j < units; j++)
            largest = z[i * units + j] > largest ? z[i * units + j] : largest;
        for (Py_ssize_t j = 0; j < units; j++)
            z[i * units + j] -= largest;
    }
    Py_ssize_t count = n * units;
    FOR_EACH_VECTOR(count, z, z, NAME(exponential)(x));
}

/* z = the gradient of each row's loss with respect to its logits z, times its weight
   and a scale. `weights` may be NULL. */
TARGET static void NAME(loss_gradient)(int loss, Py_ssize_t n, Py_ssize_t units,
                                       REAL *z, const REAL *targets,
                                       const REAL *weights, REAL scale)
{
    if (loss == LOG_LOSS)
        NAME(exponentials_of_rows)(n, units, z);
    else if (loss != LINEAR_SQUARED_ERROR)
        NAME(activate)(SIGMOID, n * units, z);
    for (Py_ssize_t i = 0; i < n; i++, z += units, targets += units) {
        REAL factor = weights ? scale * weights[i] : scale;
        REAL sum = loss == LOG_LOSS ? 0 : 1;
        for (Py_ssize_t j = 0; loss == LOG_LOSS && j < units; j++)
            sum += z[j];
        for (Py_ssize_t j = 0; j < units; j++) {
            REAL a = z[j] / sum;
            z[j] = (a - targets[j]) * factor;
            if (loss == SQUARED_ERROR)
                z[j] *= a * (1 - a);
        }
    }
}
