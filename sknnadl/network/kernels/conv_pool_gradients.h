/* Convolution and max-pooling, backward.

   Only the winner of a window has a gradient: that of its filter's kernel is += dz *
   patch, and the patch's place in `dx` += dz * kernel. The rows of kernels and patches
   are filled up to whole vectors; so there is a vector's room behind an image. */

/* Copy kernels to (filters, kernel height, a row filled up to whole vectors). */
TARGET static void NAME(transpose_kernels)(const ConvPool *s, const REAL *kernels,
                                           REAL *transposed)
{
    Py_ssize_t run = s->kernel_width * s->channels, filled = NAME(filled_run)(s);
    memset(transposed, 0, s->filters * s->kernel_height * filled * sizeof(REAL));
    for (Py_ssize_t i = 0; i < s->kernel_height; i++)
        NAME(transpose)(run, s->filters, kernels + i * run * s->filters, s->filters,
                        transposed + i * filled, s->kernel_height * filled);
}

/* Copy them back. */
TARGET static void NAME(transpose_kernels_back)(const ConvPool *s,
                                                const REAL *transposed, REAL *kernels)
{
    Py_ssize_t run = s->kernel_width * s->channels, filled = NAME(filled_run)(s);
    Py_ssize_t size = s->kernel_height * filled;
    for (Py_ssize_t i = 0; i < s->kernel_height; i++, transposed += filled)
        for (Py_ssize_t t = 0; t < run; t++, kernels += s->filters)
            for (Py_ssize_t f = 0; f < s->filters; f++)
                kernels[f] = transposed[f * size + t];
}

/* Say where things lie, in memory from `indices` on. */
TARGET static void NAME(find_places)(const ConvPool *s, Py_ssize_t pieces,
                                     Py_ssize_t *indices, Places *p)
{
    Py_ssize_t line = s->width * s->channels, windows = s->down * s->across;
    Py_ssize_t down = s->stride_down * line, across = s->stride_across * s->channels;
    p->vectors = s->kernel_height * pieces;
    p->corners = indices;
    p->in_patch = p->corners + windows;
    p->in_kernel = p->in_patch + p->vectors;
    for (Py_ssize_t v = 0; v < p->vectors; v++) {
        p->in_kernel[v] = v * LANES;
        p->in_patch[v] = v / pieces * line + v % pieces * LANES;
    }
    for (Py_ssize_t i = 0; i < s->pool_height * s->pool_width; i++)
        p->within[i] = i / s->pool_width * down + i % s->pool_width * across;
    for (Py_ssize_t w = 0; w < windows; w++)
        p->corners[w] = w / s->across * s->pool_height * down
                        + w % s->across * s->pool_width * across;
}

/* sums += what an image adds to the gradient of the transposed kernels. `factors` and
   `starts` have room for one number each window. */
TARGET static void NAME(add_to_kernels)(const ConvPool *s, const Places *p,
                                        const REAL *image, const REAL *dz,
                                        const unsigned char *winners, REAL *sums,
                                        REAL *factors, Py_ssize_t *starts)
{
    Py_ssize_t windows = s->down * s->across, filters = s->filters;
    const Py_ssize_t *corners = p->corners, *within = p->within;
    for (Py_ssize_t f = 0; f < filters; f++) {
        Py_ssize_t count = 0;
        for (Py_ssize_t w = 0; w < windows; w++) {
            factors[count] = dz[w * filters + f];
            starts[count] = corners[w] + within[winners[w * filters + f]];
            count += factors[count] != 0;
        }
        NAME(add_scaled)(p->vectors, count, factors, image, starts, p->in_patch,
                         sums + f * p->vectors * LANES, p->in_kernel);
    }
}

/* dx += what one window adds to its image's gradient, whose `dx` begins at the window's
   corner. The filters go in the order of their winners, those of a patch together;
   `factors` and `starts` have room for one number each filter. */
TARGET static void NAME(add_to_patches)(const ConvPool *s, const Places *p,
                                        const REAL *transposed, const REAL *dz,
                                        const unsigned char *winners, REAL *dx,
                                        REAL *factors, Py_ssize_t *starts)
{
    Py_ssize_t area = s->pool_height * s->pool_width, filters = s->filters;
    Py_ssize_t size = p->vectors * LANES, ends[MOST_PLACES + 1];
    memset(ends, 0, sizeof ends);
    for (Py_ssize_t f = 0; f < filters; f++)
        ends[winners[f] + 1] += dz[f] != 0;
    for (Py_ssize_t i = 0; i < area; i++)
        ends[i + 1] += ends[i];
    for (Py_ssize_t f = 0; f < filters; f++) {
        if (dz[f] != 0) {
            factors[ends[winners[f]]] = dz[f];
            starts[ends[winners[f]]++] = f * size;
        }
    }
    for (Py_ssize_t i = 0, first = 0; i < area; first = ends[i++])
        if (ends[i] > first)
            NAME(add_scaled)(p->vectors, ends[i] - first, factors + first, transposed,
                             starts + first, p->in_kernel, dx + p->within[i],
                             p->in_patch);
}

/* sums += the gradient of the transposed kernels, and dx = that of the images where it
   is not NULL. The memory holds two images, and numbers, then indices, for windows or
   filters. */
TARGET static void NAME(add_conv_pool_gradients)(const ConvPool *s, const REAL *x,
                                                 const REAL *transposed, const REAL *dz,
                                                 const unsigned char *winners,
                                                 REAL *sums, REAL *dx, REAL *memory)
{
    Py_ssize_t pixels = s->height * s->width * s->channels, filters = s->filters;
    Py_ssize_t windows = s->down * s->across, longest = Py_MAX(windows, filters);
    REAL *image = memory, *image_dx = image + pixels + LANES;
    REAL *factors = image_dx + pixels + LANES;
    Py_ssize_t *starts = (Py_ssize_t *)(factors + longest + longest % 2);
    Places places;
    NAME(find_places)(s, NAME(filled_run)(s) / LANES, starts + longest, &places);
    memset(image + pixels, 0, LANES * sizeof(REAL));
    for (Py_ssize_t n = 0; n < s->n; n++) {
        memcpy(image, x + n * pixels, pixels * sizeof(REAL));
        NAME(add_to_kernels)(s, &places, image, dz, winners, sums, factors, starts);
        if (dx) {
            memset(image_dx, 0, (pixels + LANES) * sizeof(REAL));
            for (Py_ssize_t w = 0; w < windows; w++)
                NAME(add_to_patches)(s, &places, transposed, dz + w * filters,
                                     winners + w * filters,
                                     image_dx + places.corners[w], factors, starts);
            memcpy(dx + n * pixels, image_dx, pixels * sizeof(REAL));
        }
        dz += windows * filters;
        winners += windows * filters;
    }
}

/* The gradients of the kernels and, where `dx` is not NULL, of the images, without
   pooling. The memory holds the gradient with room for more filters, the transposed
   kernels, a copy of dz with room behind it, and a row of kernels or what each patch of a line gets. */
TARGET static void NAME(conv_gradients)(const ConvPool *s, const REAL *x,
                                        const REAL *kernels, const REAL *dz,
                                        REAL *gradient, REAL *dx, REAL *memory)
{
    Py_ssize_t filled = NAME(filled_filters)(s->filters);
    Py_ssize_t size = s->kernel_height * s->kernel_width * s->channels;
    Py_ssize_t sums = s->n * s->down * s->across * s->filters;
    REAL *transposed = memory + size * filled;
    REAL *copy = transposed + s->kernel_height * s->filters * NAME(filled_run)(s);
    memset(memory, 0, size * filled * sizeof(REAL));
    memcpy(copy, dz, sums * sizeof(REAL));
    memset(copy + sums, 0, LANES * sizeof(REAL));
    NAME(add_kernels_gradient)(s, x, copy, memory, copy + sums + LANES);
    NAME(copy_rows)(size, s->filters, memory, filled, gradient, s->filters);
    if (!dx)
        return;
    NAME(transpose_rows)(s, kernels, transposed);
    NAME(conv_images_gradient)(s, transposed, dz, dx, copy + sums + LANES);
}

/* The gradients of the kernels and, where `dx` is not NULL, of the images. The memory
   holds two times the transposed kernels, then what `add_conv_pool_gradients` has. */
TARGET static void NAME(conv_pool_gradients)(const ConvPool *s, const REAL *x,
                                             const REAL *kernels, const REAL *dz,
                                             const unsigned char *winners,
                                             REAL *gradient, REAL *dx, REAL *memory)
{
    if (s->pool_height * s->pool_width == 1) {
        NAME(conv_gradients)(s, x, kernels, dz, gradient, dx, memory);
        return;
    }
    Py_ssize_t size = s->filters * s->kernel_height * NAME(filled_run)(s);
    REAL *transposed = memory, *sums = transposed + size;
    NAME(transpose_kernels)(s, kernels, transposed);
    memset(sums, 0, size * sizeof(REAL));
    NAME(add_conv_pool_gradients)(s, x, transposed, dz, winners, sums, dx, sums + size);
    NAME(transpose_kernels_back)(s, sums, gradient);
}
