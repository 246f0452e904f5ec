/* Batch normalization, of `count` values of each feature. */

enum { NAME(values_summed_at_a_time) = 32 };

/* sums = the sum over the values of each feature of a, or of a b where there is `b`.
   Few are added up in REAL, and the rest in double. */
TARGET static void NAME(sums_of_features)(Py_ssize_t count, Py_ssize_t features,
                                          const REAL *a, const REAL *b, double *sums)
{
    REAL *part = (REAL *)(sums + features);
    memset(sums, 0, features * sizeof(double));
    for (Py_ssize_t i = 0; i < count;) {
        Py_ssize_t end = Py_MIN(i + NAME(values_summed_at_a_time), count);
        memset(part, 0, features * sizeof(REAL));
        for (; i < end; i++, a += features) {
            for (Py_ssize_t f = 0; f < features; f++)
                part[f] += b ? a[f] * b[f] : a[f];
            b = b ? b + features : b;
        }
        for (Py_ssize_t f = 0; f < features; f++)
            sums[f] += part[f];
    }
}

/* out = scale (x - mean) / deviation + shift. Kept are x - mean, then of each feature
   mean, variance and deviation: those of `x` where `training`, else the running ones. */
TARGET static void NAME(batch_norm)(Py_ssize_t count, Py_ssize_t features, int training,
                                    double epsilon, const REAL *x, const REAL *scale,
                                    const REAL *shift, const REAL *running, REAL *out,
                                    REAL *kept, double *sums)
{
    REAL *mean = kept + count * features, *variance = mean + features;
    REAL *deviation = variance + features, *factor = deviation + features;
    if (training)
        NAME(sums_of_features)(count, features, x, NULL, sums);
    for (Py_ssize_t f = 0; f < features; f++)
        mean[f] = training ? (REAL)(sums[f] / count) : running[f];
    for (Py_ssize_t i = 0; i < count; i++)
        for (Py_ssize_t f = 0; f < features; f++)
            kept[i * features + f] = x[i * features + f] - mean[f];
    if (training)
        NAME(sums_of_features)(count, features, kept, kept, sums);
    for (Py_ssize_t f = 0; f < features; f++) {
        variance[f] = training ? (REAL)(sums[f] / count) : running[features + f];
        deviation[f] = (REAL)sqrt(variance[f] + epsilon);
        factor[f] = scale[f] / deviation[f];
    }
    for (Py_ssize_t i = 0; i < count; i++)
        for (Py_ssize_t f = 0; f < features; f++)
            out[i * features + f] = kept[i * features + f] * factor[f] + shift[f];
}

/* How far the running averages are to move, against their signs, for a batch of which
   these values are a share. */
TARGET static void NAME(statistics_steps)(Py_ssize_t count, Py_ssize_t features,
                                          int training, double rate, double share,
                                          const REAL *running, const REAL *mean,
                                          REAL *steps)
{
    const REAL *variance = mean + features;
    REAL factor = (REAL)(rate * share);
    for (Py_ssize_t f = 0; f < features; f++) {
        REAL unbiased = count > 1 ? variance[f] * ((REAL)count / (REAL)(count - 1)) : 0;
        /* one value tells nothing of the variance */
        int moves = count > 1 && training;
        steps[f] = factor * (running[f] - mean[f]);
        steps[features + f] = moves ? factor * (running[features + f] - unbiased) : 0;
    }
}

/* gradients = those of scale and shift; dz = that of x. */
TARGET static void NAME(batch_norm_gradients)(Py_ssize_t count, Py_ssize_t features,
                                              int training, const REAL *scale,
                                              const REAL *kept, REAL *dz,
                                              REAL *gradients, double *sums)
{
    const REAL *deviation = kept + count * features + 2 * features;
    REAL *factor = (REAL *)deviation + features, *slope = factor + features;
    REAL *offset = slope + features, *dscale = gradients, *dshift = gradients + features;
    NAME(sums_of_features)(count, features, dz, NULL, sums);
    for (Py_ssize_t f = 0; f < features; f++)
        dshift[f] = (REAL)sums[f];
    NAME(sums_of_features)(count, features, dz, kept, sums);
    for (Py_ssize_t f = 0; f < features; f++) {
        dscale[f] = (REAL)sums[f] / deviation[f];
        factor[f] = scale[f] / deviation[f];
        slope[f] = training ? factor[f] * dscale[f] / (count * deviation[f]) : 0;
        offset[f] = training ? factor[f] * dshift[f] / count : 0;
    }
    for (Py_ssize_t i = 0; i < count; i++, dz += features, kept += features)
        for (Py_ssize_t f = 0; f < features; f++)
            dz[f] = factor[f] * dz[f] - slope[f] * kept[f] - offset[f];
}
