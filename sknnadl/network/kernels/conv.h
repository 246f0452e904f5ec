/* Convolution without pooling, forward and backward. The windows are of one patch.

   The gradient of the kernels is patches.T dz, and is added to; it has room for filters
   that fill half vectors. That of the images is made line by line: first what each patch
   of a line gets, from all rows of kernels, then where the patches overlap. */

/* How many filters the gradient of the kernels has room for. */
TARGET static inline Py_ssize_t NAME(filled_filters)(Py_ssize_t filters)
{
    return (filters + HALF - 1) / HALF * HALF;
}

/* out = the sums of all patches */
TARGET static void NAME(conv)(const ConvPool *s, const REAL *x, const REAL *kernels,
                              REAL *out, REAL *memory)
{
    Py_ssize_t filters = s->filters, filled = NAME(filled_columns)(filters);
    Py_ssize_t line = s->width * s->channels, run = s->kernel_width * s->channels;
    Py_ssize_t size = s->kernel_height * run;
    Product p = {.rows = s->across, .lines = s->kernel_height, .depth = run,
                 .columns = filled, .row_step = s->stride_across * s->channels,
                 .line_step = line, .step = 1, .b_line = run * filled,
                 .b_step = filled, .out_step = filled};
    REAL *sums = memory + size * filled;
    if (filled > filters) {
        memset(memory, 0, size * filled * sizeof(REAL));
        NAME(copy_rows)(size, filters, kernels, filters, memory, filled);
        kernels = memory;
    }
    for (Py_ssize_t image = 0; image < s->n; image++, x += s->height * line) {
        for (Py_ssize_t i = 0; i < s->down; i++, out += s->across * filters) {
            const REAL *patches = x + i * s->stride_down * line;
            NAME(multiply_wide)(&p, patches, kernels, filled > filters ? sums : out);
            if (filled > filters)
                NAME(copy_rows)(s->across, filters, sums, filled, out, filters);
        }
    }
}

/* sums += the gradient of the kernels, which are rows of so many `filled` columns. There
   is half a vector's room behind `dz`. */
TARGET static void NAME(add_kernels_gradient)(const ConvPool *s, const REAL *x,
                                              const REAL *dz, REAL *sums)
{
    Py_ssize_t line = s->width * s->channels, run = s->kernel_width * s->channels;
    Py_ssize_t filled = NAME(filled_filters)(s->filters);
    Product p = {.rows = run, .lines = s->down, .depth = s->across, .columns = filled,
                 .row_step = 1, .line_step = s->stride_down * line,
                 .step = s->stride_across * s->channels,
                 .b_line = s->across * s->filters, .b_step = s->filters,
                 .out_step = filled, .adds = 1};
    for (Py_ssize_t image = 0; image < s->n; image++, x += s->height * line) {
        for (Py_ssize_t i = 0; i < s->kernel_height; i++)
            NAME(multiply_wide)(&p, x + i * line, dz, sums + i * run * filled);
        dz += s->down * s->across * s->filters;
    }
}

/* How long a kernel's row is where kernels are transposed for the gradient of images. */
TARGET static inline Py_ssize_t NAME(filled_run)(const ConvPool *s)
{
    Py_ssize_t run = s->kernel_width * s->channels;
    return (run + LANES - 1) / LANES * LANES;
}

/* Copy kernels to (kernel height, filters, a row of so many `filled` numbers). */
TARGET static void NAME(transpose_rows)(const ConvPool *s, const REAL *kernels,
                                        REAL *transposed)
{
    Py_ssize_t run = s->kernel_width * s->channels, filled = NAME(filled_run)(s);
    memset(transposed, 0, s->kernel_height * s->filters * filled * sizeof(REAL));
    for (Py_ssize_t i = 0; i < s->kernel_height; i++)
        NAME(transpose)(run, s->filters, kernels + i * run * s->filters, s->filters,
                        transposed + i * s->filters * filled, filled);
}

/* dx = the gradient of the images, given the transposed kernels. The memory holds what
   each patch of a line gets. */
TARGET static void NAME(conv_images_gradient)(const ConvPool *s, const REAL *transposed,
                                              const REAL *dz, REAL *dx, REAL *memory)
{
    Py_ssize_t run = s->kernel_width * s->channels, filled = NAME(filled_run)(s);
    Py_ssize_t row = s->across * s->filters, step = s->stride_across * s->channels;
    Py_ssize_t kernel_row = s->filters * filled, line = s->width * s->channels;
    Product p = {.rows = s->across, .depth = s->filters, .columns = filled,
                 .row_step = s->filters, .line_step = row, .step = 1,
                 .b_line = -s->stride_down * kernel_row, .b_step = filled,
                 .out_step = filled};
    for (Py_ssize_t image = 0; image < s->n; image++, dz += s->down * row) {
        for (Py_ssize_t y = 0; y < s->height; y++, dx += line) {
            /* the patches from row `first` on see the line by kernel row y - stride i */
            Py_ssize_t above = y - s->kernel_height + s->stride_down;
            Py_ssize_t first = above > 0 ? above / s->stride_down : 0;
            Py_ssize_t last = Py_MIN(y / s->stride_down, s->down - 1);
            memset(dx, 0, line * sizeof(REAL));
            if (last < first)
                continue;
            p.lines = last - first + 1;
            NAME(multiply_wide)(&p, dz + first * row,
                                transposed + (y - first * s->stride_down) * kernel_row,
                                memory);
            for (Py_ssize_t j = 0; j < s->across; j++)
                for (Py_ssize_t t = 0; t < run; t++)
                    dx[j * step + t] += memory[j * filled + t];
        }
    }
}
