/* Batch normalization, of `count` values of each feature, with its activation.

   What each feature is multiplied by, and so on, stands in tables that are repeated until
   they fill whole vectors; so rows are worked through as if they were one. */

/* The numbers of a table of so many features. */
TARGET static inline Py_ssize_t NAME(period_of)(Py_ssize_t features)
{
    return table_numbers(features, LANES);
}

/* Repeat the features' values in a table. */
TARGET static void NAME(repeat)(Py_ssize_t features, const REAL *values, REAL *table)
{
    for (Py_ssize_t j = 0; j < NAME(period_of)(features); j++)
        table[j] = values[j % features];
}

/* Add a table up to sums of the features, and empty it. */
TARGET static void NAME(fold)(Py_ssize_t features, REAL *table, double *sums)
{
    for (Py_ssize_t j = 0; j < NAME(period_of)(features); j++) {
        sums[j % features] += table[j];
        table[j] = 0;
    }
}

/* Run a statement for each vector of `size` numbers, at i of them and at j of the table;
   the last one, of which so many are `filled`, may be partly empty. After so many numbers
   as 32 tables have, `between` is run. */
#define EACH_VECTOR_BY_TABLE(statement, between)                                       \
    for (Py_ssize_t i = 0, j = 0, n = 0; i < size; i += LANES) {                       \
        Py_ssize_t filled = Py_MIN(LANES, size - i);                                   \
        statement;                                                                     \
        j += LANES;                                                                    \
        if (j == period) {                                                             \
            j = 0;                                                                     \
            if (++n % 32 == 0) {                                                       \
                between;                                                               \
            }                                                                          \
        }                                                                              \
    }

/* The mean and the variance of each feature. Deviations are taken from the first value,
   lest the sums be much larger than they. */
TARGET static void NAME(find_moments)(Py_ssize_t count, Py_ssize_t features,
                                      const REAL *x, REAL *mean, REAL *variance,
                                      REAL *tables, double *sums)
{
    Py_ssize_t size = count * features, period = NAME(period_of)(features);
    REAL *pivot = tables, *sum = pivot + period, *squares = sum + period;
    double *of_squares = sums + features;
    memset(sum, 0, 2 * period * sizeof(REAL));
    memset(sums, 0, 2 * features * sizeof(double));
    NAME(repeat)(features, x, pivot);
    EACH_VECTOR_BY_TABLE(
        VECTOR value = NAME(take)(x + i, filled) - NAME(take)(pivot + j, filled);
        *(VECTOR *)(sum + j) += value;
        *(VECTOR *)(squares + j) += value * value,
        NAME(fold)(features, sum, sums);
        NAME(fold)(features, squares, of_squares))
    NAME(fold)(features, sum, sums);
    NAME(fold)(features, squares, of_squares);
    for (Py_ssize_t f = 0; f < features; f++) {
        double shift = sums[f] / count, square = of_squares[f] / count - shift * shift;
        mean[f] = (REAL)(x[f] + shift);
        variance[f] = (REAL)(square > 0 || square != square ? square : 0);
    }
}

TARGET static inline __attribute__((always_inline)) void
NAME(normalize_by)(int activation, Py_ssize_t size, Py_ssize_t period,
                   const REAL *tables, const REAL *x, REAL *out)
{
    const REAL *mean = tables, *factor = mean + period, *shift = factor + period;
    EACH_VECTOR_BY_TABLE(
        VECTOR centered = NAME(take)(x + i, filled) - *(const VECTOR *)(mean + j);
        VECTOR z = centered * *(const VECTOR *)(factor + j)
                   + *(const VECTOR *)(shift + j);
        NAME(put)(NAME(activated)(activation, z), out + i, filled), )
}

/* out = f(scale (x - mean) / deviation + shift). Kept of each feature are mean, variance
   and deviation: those of `x` where `training`, else the running ones. */
TARGET static void NAME(batch_norm)(Py_ssize_t count, Py_ssize_t features, int training,
                                    double epsilon, int activation, const REAL *x,
                                    const REAL *scale, const REAL *shift,
                                    const REAL *running, REAL *out, REAL *kept,
                                    REAL *tables, double *sums)
{
    Py_ssize_t size = count * features, period = NAME(period_of)(features);
    REAL *mean = kept, *variance = mean + features, *deviation = variance + features;
    if (training)
        NAME(find_moments)(count, features, x, mean, variance, tables, sums);
    else
        memcpy(mean, running, 2 * features * sizeof(REAL));
    for (Py_ssize_t f = 0; f < features; f++)
        deviation[f] = (REAL)sqrt(variance[f] + epsilon);
    NAME(repeat)(features, mean, tables);
    for (Py_ssize_t j = 0; j < period; j++)
        tables[period + j] = scale[j % features] / deviation[j % features];
    NAME(repeat)(features, shift, tables + 2 * period);
    switch (activation) {
#define CASE(f)                                                                        \
    case f:                                                                            \
        NAME(normalize_by)(f, size, period, tables, x, out);                           \
        break;
        CASE(IDENTITY) EACH_ACTIVATION
#undef CASE
    }
}

/* How far the running averages are to move, against their signs, for a batch of which
   these values are a share. */
TARGET static void NAME(statistics_steps)(Py_ssize_t count, Py_ssize_t features,
                                          int training, double rate, double share,
                                          const REAL *running, const REAL *kept,
                                          REAL *steps)
{
    const REAL *mean = kept, *variance = kept + features;
    REAL factor = (REAL)(rate * share);
    for (Py_ssize_t f = 0; f < features; f++) {
        REAL unbiased = count > 1 ? variance[f] * ((REAL)count / (REAL)(count - 1)) : 0;
        /* one value tells nothing of the variance */
        int moves = count > 1 && training;
        steps[f] = factor * (running[f] - mean[f]);
        steps[features + f] = moves ? factor * (running[features + f] - unbiased) : 0;
    }
}

TARGET static inline __attribute__((always_inline)) void
NAME(slopes_and_sums)(int activation, Py_ssize_t size, Py_ssize_t features,
                      const REAL *x, const REAL *out, REAL *dz, REAL *tables,
                      double *sums)
{
    Py_ssize_t period = NAME(period_of)(features);
    REAL *mean = tables, *sum = mean + period, *of_products = sum + period;
    EACH_VECTOR_BY_TABLE(
        VECTOR centered = NAME(take)(x + i, filled) - *(const VECTOR *)(mean + j);
        VECTOR slope = NAME(times_slope)(activation, NAME(take)(out + i, filled),
                                         NAME(take)(dz + i, filled));
        NAME(put)(slope, dz + i, filled);
        *(VECTOR *)(sum + j) += slope;
        *(VECTOR *)(of_products + j) += slope * centered,
        NAME(fold)(features, sum, sums);
        NAME(fold)(features, of_products, sums + features))
    NAME(fold)(features, sum, sums);
    NAME(fold)(features, of_products, sums + features);
}

/* gradients = those of scale and shift; dz = that of x. */
TARGET static void NAME(batch_norm_gradients)(Py_ssize_t count, Py_ssize_t features,
                                              int training, int activation,
                                              const REAL *scale, const REAL *x,
                                              const REAL *out, const REAL *kept,
                                              REAL *dz, REAL *gradients, REAL *tables,
                                              double *sums)
{
    Py_ssize_t size = count * features, period = NAME(period_of)(features);
    const REAL *deviation = kept + 2 * features;
    REAL *mean = tables, *factor = mean + period, *slope = factor + period;
    REAL *offset = slope + period, *dscale = gradients, *dshift = gradients + features;
    NAME(repeat)(features, kept, mean);
    memset(factor, 0, 2 * period * sizeof(REAL)); /* for sums */
    memset(sums, 0, 2 * features * sizeof(double));
    switch (activation) {
#define CASE(f)                                                                        \
    case f:                                                                            \
        NAME(slopes_and_sums)(f, size, features, x, out, dz, tables, sums);            \
        break;
        CASE(IDENTITY) EACH_ACTIVATION
#undef CASE
    }
    for (Py_ssize_t f = 0; f < features; f++) {
        dshift[f] = (REAL)sums[f];
        dscale[f] = (REAL)sums[features + f] / deviation[f];
    }
    for (Py_ssize_t j = 0, f = 0; j < period; j++, f = j % features) {
        factor[j] = scale[f] / deviation[f];
        slope[j] = training ? factor[j] * dscale[f] / (count * deviation[f]) : 0;
        offset[j] = training ? factor[j] * dshift[f] / count : 0;
    }
    EACH_VECTOR_BY_TABLE(
        VECTOR centered = NAME(take)(x + i, filled) - *(const VECTOR *)(mean + j);
        VECTOR dx = *(const VECTOR *)(factor + j) * NAME(take)(dz + i, filled)
                    - *(const VECTOR *)(slope + j) * centered
                    - *(const VECTOR *)(offset + j);
        NAME(put)(dx, dz + i, filled), )
}
#undef EACH_VECTOR_BY_TABLE
