/* Pooling on its own, forward and backward. */

/* The sum of a window's values, or of their squares. */
TARGET static void NAME(add_window)(const ConvPool *s, int squares, const REAL *window,
                                    REAL *out)
{
    Py_ssize_t line = s->width * s->channels;
    memset(out, 0, s->channels * sizeof(REAL));
    for (Py_ssize_t a = 0; a < s->pool_height; a++)
        for (Py_ssize_t b = 0; b < s->pool_width; b++) {
            const REAL *values = window + a * line + b * s->channels;
            for (Py_ssize_t c = 0; c < s->channels; c++)
                out[c] += squares ? values[c] * values[c] : values[c];
        }
}

/* The first of a window's largest values, and where it is. */
TARGET static void NAME(find_largest)(const ConvPool *s, const REAL *window, REAL *out,
                                      unsigned char *winners)
{
    Py_ssize_t line = s->width * s->channels;
    for (Py_ssize_t c = 0; c < s->channels; c += LANES) {
        Py_ssize_t filled = Py_MIN(LANES, s->channels - c);
        VECTOR largest = NAME(take)(window + c, filled);
        INDICES winner = {0};
        for (Py_ssize_t a = 0; a < s->pool_height; a++)
            for (Py_ssize_t b = 0; b < s->pool_width; b++) {
                const REAL *values = window + a * line + b * s->channels + c;
                NAME(take_larger)(NAME(take)(values, filled),
                                  (INTEGER)(a * s->pool_width + b), &largest, &winner);
            }
        BYTE_VECTOR places = __builtin_convertvector(winner, BYTE_VECTOR);
        NAME(put)(largest, out + c, filled);
        memcpy(winners + c, &places, filled);
    }
}

TARGET static void NAME(pool)(const ConvPool *s, Py_ssize_t pooling, const REAL *x,
                              REAL *out, unsigned char *winners)
{
    Py_ssize_t line = s->width * s->channels, step = s->stride_across * s->channels;
    REAL share = 1 / (REAL)(s->pool_height * s->pool_width);
    for (Py_ssize_t i = 0; i < s->n * s->down; i++) {
        const REAL *window = x + (i / s->down * s->height
                                  + i % s->down * s->stride_down) * line;
        for (Py_ssize_t j = 0; j < s->across; j++, window += step) {
            if (pooling == LARGEST)
                NAME(find_largest)(s, window, out, winners);
            else
                NAME(add_window)(s, pooling == ROOT_OF_SQUARES, window, out);
            for (Py_ssize_t c = 0; pooling == AVERAGE && c < s->channels; c++)
                out[c] *= share;
            out += s->channels;
            winners += s->channels;
        }
    }
}

/* values = their square roots */
TARGET static void NAME(square_roots)(Py_ssize_t count, REAL *values)
{
    for (Py_ssize_t i = 0; i < count; i++)
        values[i] = sizeof(REAL) == sizeof(float) ? sqrtf(values[i]) : sqrt(values[i]);
}

/* dx = the gradient of the images; dz is overwritten. */
TARGET static void NAME(pool_gradient)(const ConvPool *s, Py_ssize_t pooling,
                                       const REAL *x, const REAL *out, REAL *dz,
                                       const unsigned char *winners, REAL *dx)
{
    Py_ssize_t line = s->width * s->channels, channels = s->channels;
    REAL share = 1 / (REAL)(s->pool_height * s->pool_width);
    memset(dx, 0, s->n * s->height * line * sizeof(REAL));
    for (Py_ssize_t i = 0; i < s->n * s->down * s->across; i++) {
        Py_ssize_t row = i / s->across;
        Py_ssize_t corner = (row / s->down * s->height + row % s->down * s->stride_down)
                                * line
                            + i % s->across * s->stride_across * channels;
        for (Py_ssize_t c = 0; pooling == ROOT_OF_SQUARES && c < channels; c++)
            dz[c] = out[c] == 0 ? 0 : dz[c] / out[c];
        for (Py_ssize_t place = 0; place < s->pool_height * s->pool_width; place++) {
            Py_ssize_t start = corner + place / s->pool_width * line
                               + place % s->pool_width * channels;
            REAL *to = dx + start;
            if (pooling == LARGEST)
                for (Py_ssize_t c = 0; c < channels; c++)
                    to[c] += winners[c] == place ? dz[c] : 0;
            else if (pooling == AVERAGE)
                for (Py_ssize_t c = 0; c < channels; c++)
                    to[c] += dz[c] * share;
            else
                for (Py_ssize_t c = 0; c < channels; c++)
                    to[c] += dz[c] * x[start + c];
        }
        dz += channels;
        out += channels;
        winners += channels;
    }
}
