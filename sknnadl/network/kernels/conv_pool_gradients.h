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

/* sums += what some windows add to the gradient of the transposed kernels. `factors` and
   `starts` have room for one number each window. */
TARGET static void NAME(add_to_kernels)(const ConvPool *s, const Places *p,
                                        Py_ssize_t first, Py_ssize_t end,
                                        const REAL *image, const REAL *dz,
                                        const unsigned char *winners, REAL *sums,
                                        REAL *factors, Py_ssize_t *starts)
{
    const Py_ssize_t *corners = p->corners, *within = p->within, filters = s->filters;
    for (Py_ssize_t f = 0; f < filters; f++) {
        Py_ssize_t count = 0;
        for (Py_ssize_t w = first; w < end; w++) {
            factors[count] = dz[w * filters + f];
            starts[count] = corners[w] + within[winners[w * filters + f]];
            count += factors[count] != 0;
        }
        NAME(add_scaled)(p->vectors, count, factors, image, starts, p->in_patch,
                         sums + f * p->vectors * LANES, p->in_kernel);
    }
}

/* Order the filters of a window by their winners, so that those of a patch are together:
   their gradients in `factors`, where their kernels begin in `starts`, and where those of
   each place end in `ends`. */
TARGET static void NAME(order_by_winners)(const ConvPool *s, const Places *p,
                                          const REAL *dz, const unsigned char *winners,
                                          REAL *factors, Py_ssize_t *starts,
                                          Py_ssize_t *ends)
{
    Py_ssize_t area = s->pool_height * s->pool_width, size = p->vectors * LANES;
    memset(ends, 0, (area + 1) * sizeof *ends);
    for (Py_ssize_t f = 0; f < s->filters; f++)
        ends[winners[f] + 1] += dz[f] != 0;
    for (Py_ssize_t i = 0; i < area; i++)
        ends[i + 1] += ends[i];
    for (Py_ssize_t f = 0; f < s->filters; f++) {
        if (dz[f] != 0) {
            factors[ends[winners[f]]] = dz[f];
            starts[ends[winners[f]]++] = f * size;
        }
    }
}

/* dx += what some windows add to their image's gradient, a few vectors of all kernels at
   a time. `factors` and `starts` have room for the filters of each window, and `ends`
   for its places and one more. */
TARGET static void NAME(add_to_patches)(const ConvPool *s, const Places *p,
                                        Py_ssize_t first, Py_ssize_t end,
                                        const REAL *transposed, const REAL *dz,
                                        const unsigned char *winners, REAL *dx,
                                        REAL *factors, Py_ssize_t *starts,
                                        Py_ssize_t *ends)
{
    Py_ssize_t area = s->pool_height * s->pool_width, filters = s->filters;
    Py_ssize_t chunk = NAME(even_chunk)(p->vectors);
    for (Py_ssize_t w = first; w < end; w++)
        NAME(order_by_winners)(s, p, dz + w * filters, winners + w * filters,
                               factors + (w - first) * filters,
                               starts + (w - first) * filters,
                               ends + (w - first) * (area + 1));
    for (Py_ssize_t v = 0; v < p->vectors; v += chunk) {
        for (Py_ssize_t w = first; w < end; w++) {
            const Py_ssize_t *of_places = ends + (w - first) * (area + 1);
            for (Py_ssize_t i = 0; i < area; i++) {
                Py_ssize_t from = i ? of_places[i - 1] : 0, count = of_places[i] - from;
                from += (w - first) * filters;
                if (count)
                    NAME(add_scaled)(Py_MIN(chunk, p->vectors - v), count,
                                     factors + from, transposed, starts + from,
                                     p->in_kernel + v,
                                     dx + p->corners[w] + p->within[i], p->in_patch + v);
            }
        }
    }
}

/* sums += the gradient of the transposed kernels, and dx = that of the images where it
   is not NULL. Some rows of windows are done at a time, whose pixels stay in the cache.
   The memory holds two images, and numbers, then indices, for so many windows. */
TARGET static void NAME(add_conv_pool_gradients)(const ConvPool *s, const REAL *x,
                                                 const REAL *transposed, const REAL *dz,
                                                 const unsigned char *winners,
                                                 REAL *sums, REAL *dx, REAL *memory)
{
    Py_ssize_t pixels = s->height * s->width * s->channels, filters = s->filters;
    Py_ssize_t windows = s->down * s->across, some = windows_at_a_time(s);
    Py_ssize_t room = (pixels / LANES + 2) * LANES; /* for an image, and a vector */
    REAL *image = memory, *image_dx = image + room, *factors = image_dx + room;
    Py_ssize_t *starts = (Py_ssize_t *)(factors + some * filters + some * filters % 2);
    Py_ssize_t *ends = starts + some * filters;
    Places places;
    NAME(find_places)(s, NAME(filled_run)(s) / LANES,
                      ends + some * (s->pool_height * s->pool_width + 1), &places);
    memset(image + pixels, 0, LANES * sizeof(REAL));
    for (Py_ssize_t n = 0; n < s->n; n++) {
        memcpy(image, x + n * pixels, pixels * sizeof(REAL));
        memset(image_dx, 0, dx ? (pixels + LANES) * sizeof(REAL) : 0);
        for (Py_ssize_t w = 0; w < windows; w += some) {
            Py_ssize_t end = Py_MIN(w + some, windows);
            NAME(add_to_kernels)(s, &places, w, end, image, dz, winners, sums, factors,
                                 starts);
            if (dx)
                NAME(add_to_patches)(s, &places, w, end, transposed, dz, winners,
                                     image_dx, factors, starts, ends);
        }
        if (dx)
            memcpy(dx + n * pixels, image_dx, pixels * sizeof(REAL));
        dz += windows * filters;
        winners += windows * filters;
    }
}

/* The gradients of the kernels and, where `dx` is not NULL, of the images, without
   pooling. The memory holds the gradient with room for more filters, the transposed
   kernels, a copy of dz with room behind it, and what each patch of a line gets. */
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
    NAME(add_kernels_gradient)(s, x, copy, memory);
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
    if (NAME(is_winograd)(s)) {
        Py_ssize_t numbers = transformed_numbers(s);
        REAL *transposed = memory + numbers;
        NAME(transform_kernels)(s, kernels, memory);
        NAME(transpose_transformed)(s, memory, transposed);
        NAME(winograd_gradients)(s, x, transposed, dz, winners, gradient, dx,
                                 transposed + numbers);
        return;
    }
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
