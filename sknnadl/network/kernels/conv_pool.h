/* Convolution and max-pooling, forward. No image changes the bits of another's. */

/* The first of the largest sums of each window of a row of windows, of so many sums. */
TARGET static inline __attribute__((always_inline)) void
NAME(pool_row)(const ConvPool *s, Py_ssize_t high, Py_ssize_t wide, const REAL *sums,
               Py_ssize_t filled, REAL *pooled, unsigned char *winners)
{
    Py_ssize_t line = s->across * wide * filled;
    for (Py_ssize_t j = 0; j < s->across; j++) {
        for (Py_ssize_t c = 0; c < filled; c += LANES) {
            Py_ssize_t f = c < filled - LANES ? c : filled - LANES;
            const REAL *window = sums + j * wide * filled + f;
            VECTOR largest = *(const VECTOR *)window;
            INDICES winner = {0};
            for (Py_ssize_t place = 1; place < high * wide; place++) {
                VECTOR value = *(const VECTOR *)(window + place / wide * line
                                                 + place % wide * filled);
                NAME(take_larger)(value, (INTEGER)place, &largest, &winner);
            }
            BYTE_VECTOR places = __builtin_convertvector(winner, BYTE_VECTOR);
            if (s->filters >= LANES) {
                *(VECTOR *)(pooled + j * s->filters + f) = largest;
                *(BYTE_VECTOR *)(winners + j * s->filters + f) = places;
            } else {
                memcpy(pooled + j * s->filters, &largest, s->filters * sizeof(REAL));
                memcpy(winners + j * s->filters, &places, s->filters);
            }
        }
    }
}

/* The sums of a row of windows at a time, and the largest of each window. The memory
   holds the kernels, where there are too few filters for a vector, then the sums. */
TARGET static void NAME(conv_pool)(const ConvPool *s, const REAL *x,
                                   const REAL *kernels, REAL *pooled,
                                   unsigned char *winners, REAL *memory)
{
    if (NAME(is_winograd)(s)) {
        NAME(transform_kernels)(s, kernels, memory);
        NAME(winograd)(s, x, memory, pooled, winners,
                       memory + transformed_numbers(s));
        return;
    }
    if (s->pool_height * s->pool_width == 1) {
        NAME(conv)(s, x, kernels, pooled, memory);
        return;
    }
    Py_ssize_t filled = s->filters < LANES ? LANES : s->filters; /* columns, for them */
    Py_ssize_t line = s->width * s->channels, run = s->kernel_width * s->channels;
    Py_ssize_t size = s->kernel_height * run, wide = s->across * s->pool_width;
    Product p = {.rows = wide, .lines = s->kernel_height, .depth = run,
                 .columns = filled, .row_step = s->stride_across * s->channels,
                 .line_step = line, .step = 1, .b_line = run * filled,
                 .b_step = filled, .out_step = filled};
    REAL *sums = memory; /* (pool height, across * pool width, filled) */
    if (filled > s->filters) {
        sums += size * filled;
        memset(memory, 0, size * filled * sizeof(REAL));
        NAME(copy_rows)(size, s->filters, kernels, s->filters, memory, filled);
        kernels = memory;
    }
    for (Py_ssize_t image = 0; image < s->n; image++, x += s->height * line) {
        for (Py_ssize_t i = 0; i < s->down; i++) {
            for (Py_ssize_t a = 0; a < s->pool_height; a++) {
                Py_ssize_t top = (i * s->pool_height + a) * s->stride_down;
                NAME(multiply_wide)(&p, x + top * line, kernels,
                                    sums + a * wide * filled);
            }
            if (s->pool_height == 2 && s->pool_width == 2)
                NAME(pool_row)(s, 2, 2, sums, filled, pooled, winners);
            else
                NAME(pool_row)(s, s->pool_height, s->pool_width, sums, filled, pooled,
                               winners);
            pooled += s->across * s->filters;
            winners += s->across * s->filters;
        }
    }
}
