/* One layer's way forward and back, for some rows of a mini-batch. */

/* Where a layer finds and leaves things. */
typedef struct {
    const Layer *layer;
    const double *numbers;
    Py_ssize_t rows;
    int training;
    const REAL *parameters;
    BitGenerator *generator;
    const REAL *in;
    REAL *out;
    char *kept, *work;
    const REAL *transposed, *transformed; /* weights */
    REAL *slot;             /* of gradients */
    Py_ssize_t n;           /* rows of the mini-batch */
} NAME(passage);
#define PASSAGE NAME(passage)

/* What windows keep: the padded images, and the winners. */
TARGET static unsigned char *NAME(winners_of)(const PASSAGE *p)
{
    return (unsigned char *)p->kept + padded_numbers(p->layer, p->rows) * sizeof(REAL);
}

/* Copy images between their places within the padding and alone. */
TARGET static void NAME(copy_inside)(const PASSAGE *p, REAL *padded, REAL *alone,
                                     int is_to_padded)
{
    const Layer *l = p->layer;
    const ConvPool *w = &l->windows;
    Py_ssize_t size = l->inner_width * w->channels;
    for (Py_ssize_t i = 0; i < p->rows * l->inner_height; i++, alone += size) {
        Py_ssize_t y = i / l->inner_height * w->height + l->top + i % l->inner_height;
        REAL *inside = padded + (y * w->width + l->left) * w->channels;
        memcpy(is_to_padded ? inside : alone, is_to_padded ? alone : inside,
               size * sizeof(REAL));
    }
}

TARGET static void NAME(forward_conv)(const PASSAGE *p)
{
    const Layer *l = p->layer;
    ConvPool w = l->windows;
    Py_ssize_t line = w.across * w.filters;
    const REAL *kernels = p->parameters + l->weights, *biases = p->parameters + l->biases;
    Py_ssize_t padded = padded_numbers(l, p->rows);
    const REAL *x = padded ? (const REAL *)p->kept : p->in;
    w.n = p->rows;
    if (padded) {
        memset(p->kept, 0, padded * sizeof(REAL));
        NAME(copy_inside)(p, (REAL *)p->kept, (REAL *)p->in, 1);
    }
    if (NAME(is_winograd)(&w))
        NAME(winograd)(&w, x, p->transformed, p->out, NAME(winners_of)(p),
                       (REAL *)p->work);
    else if (has_windows(l))
        NAME(conv_pool)(&w, x, kernels, p->out, NAME(winners_of)(p), (REAL *)p->work);
    else
        NAME(conv)(&w, x, kernels, p->out, (REAL *)p->work);
    REAL *of_line = (REAL *)p->work;
    for (Py_ssize_t j = 0; j < line; j++)
        of_line[j] = biases[j % w.filters];
    for (Py_ssize_t i = 0; i < w.n * w.down; i++)
        for (Py_ssize_t j = 0; j < line; j++)
            p->out[i * line + j] += of_line[j];
}

/* The slot has the gradient of the kernels as they lie for the kernels below, then that
   of the biases. */
TARGET static void NAME(backward_conv)(const PASSAGE *p, REAL *dz, REAL *dx)
{
    const Layer *l = p->layer;
    ConvPool w = l->windows;
    Py_ssize_t in_slot = kernels_in_slot(l, MOST_BYTES / sizeof(REAL));
    Py_ssize_t padded = padded_numbers(l, p->rows);
    const REAL *x = padded ? (const REAL *)p->kept : p->in;
    REAL *dx_padded = padded ? (REAL *)p->work : dx;
    REAL *work = (REAL *)p->work + (padded + MOST_BYTES - 1) / MOST_BYTES * MOST_BYTES;
    w.n = p->rows;
    NAME(sum_of_rows)(w.n * w.down * w.across, w.filters, dz, p->slot + in_slot);
    memset(p->slot, 0, in_slot * sizeof(REAL));
    if (NAME(is_winograd)(&w)) {
        NAME(winograd_gradients)(&w, x, p->transposed, dz, NAME(winners_of)(p), p->slot,
                                 dx ? dx_padded : NULL, work);
    } else if (has_windows(l)) {
        NAME(add_conv_pool_gradients)(&w, x, p->transposed, dz, NAME(winners_of)(p),
                                      p->slot, dx ? dx_padded : NULL, work);
    } else {
        NAME(add_kernels_gradient)(&w, x, dz, p->slot);
        if (dx)
            NAME(conv_images_gradient)(&w, p->transposed, dz, dx_padded, work);
    }
    if (dx && padded)
        NAME(copy_inside)(p, dx_padded, dx, 0);
}

/* What each value is multiplied by: NumPy's numbers, in their order. */
TARGET static void NAME(draw_mask)(const PASSAGE *p)
{
    REAL *mask = (REAL *)p->kept, rate = (REAL)p->numbers[0];
    REAL kept = (REAL)(1 / (1 - p->numbers[0]));
    BitGenerator *g = p->generator;
    for (Py_ssize_t i = 0; i < p->rows * p->layer->inputs; i++) {
        REAL number = sizeof(REAL) == sizeof(float)
                          ? (REAL)(g->next_uint32(g->state) >> 8) / (1 << 24)
                          : (REAL)g->next_double(g->state);
        mask[i] = number >= rate ? kept : 0;
    }
}

TARGET static void NAME(forward)(const PASSAGE *p)
{
    const Layer *l = p->layer;
    ConvPool w = l->windows;
    const REAL *of_layer = p->parameters;
    Py_ssize_t count = p->rows * l->inputs;
    w.n = p->rows;
    switch (l->kind) {
    case DENSE: {
        Dense sizes = {p->rows, l->inputs, l->outputs};
        NAME(dense)(&sizes, p->in, of_layer + l->weights, of_layer + l->biases, p->out,
                    (REAL *)p->work);
        break;
    }
    case CONV:
        NAME(forward_conv)(p);
        break;
    case POOL:
        NAME(pool)(&w, l->pooling, p->in, p->out, NAME(winners_of)(p));
        if (l->pooling == ROOT_OF_SQUARES)
            NAME(square_roots)(p->rows * l->outputs, p->out);
        break;
    case BATCH_NORM: {
        Py_ssize_t features = w.channels, table = NAME(period_of)(features);
        REAL *tables = (REAL *)p->work;
        NAME(batch_norm)(count / features, features, p->training, p->numbers[1],
                         (int)l->activation, p->in, of_layer + l->weights,
                         of_layer + l->biases, of_layer + l->statistics, p->out,
                         (REAL *)p->kept, tables, (double *)(tables + 4 * table));
        return;
    }
    case DROPOUT:
        if (!p->training) {
            memcpy(p->out, p->in, count * sizeof(REAL));
            break;
        }
        NAME(draw_mask)(p);
        for (Py_ssize_t i = 0; i < count; i++)
            p->out[i] = p->in[i] * ((const REAL *)p->kept)[i];
        break;
    }
    NAME(activate)(l->activation, p->rows * l->outputs, p->out);
}

/* Given the gradient of `out`, which is overwritten, that of `in`: either in `dx`, if that
   is not NULL, or in the place of the first, for layers that need no other. The first
   becomes the gradient of what the activation was given. */
TARGET static void NAME(backward)(const PASSAGE *p, REAL *dz, REAL *dx)
{
    const Layer *l = p->layer;
    ConvPool w = l->windows;
    Py_ssize_t count = p->rows * l->inputs, features = w.channels;
    w.n = p->rows;
    if (l->kind != BATCH_NORM)
        NAME(activation_gradient)(l->activation, p->rows * l->outputs, p->out, dz);
    switch (l->kind) {
    case DENSE: {
        Dense sizes = {p->rows, l->inputs, l->outputs};
        if (dx)
            NAME(dense_input_gradient)(&sizes, p->parameters + l->weights,
                                       is_transposed(p->n) ? p->transposed : NULL, dz,
                                       dx, (REAL *)p->work);
        break;
    }
    case CONV:
        NAME(backward_conv)(p, dz, dx);
        break;
    case POOL:
        if (dx)
            NAME(pool_gradient)(&w, l->pooling, p->in, p->out, dz, NAME(winners_of)(p),
                                dx);
        break;
    case BATCH_NORM: {
        REAL *tables = (REAL *)p->work;
        NAME(batch_norm_gradients)(
            count / features, features, p->training, (int)l->activation,
            p->parameters + l->weights, p->in, p->out, (REAL *)p->kept, dz, p->slot,
            tables, (double *)(tables + 4 * NAME(period_of)(features)));
        NAME(statistics_steps)(count / features, features, p->training,
                               1 - p->numbers[0], (double)p->rows / p->n,
                               p->parameters + l->statistics, (REAL *)p->kept,
                               p->slot + 2 * features);
        break;
    }
    case DROPOUT:
        for (Py_ssize_t i = 0; p->training && i < count; i++)
            dz[i] *= ((const REAL *)p->kept)[i];
        break;
    }
}

/* weights transposed, for the gradient of `in`, from themselves or transformed kernels */
TARGET static void NAME(transpose_weights)(const Layer *l, const REAL *weights,
                                           const REAL *transformed, REAL *transposed)
{
    const ConvPool *w = &l->windows;
    if (l->kind == DENSE)
        NAME(transpose)(l->inputs, l->outputs, weights, l->outputs, transposed,
                        l->inputs);
    else if (NAME(is_winograd)(w))
        NAME(transpose_transformed)(w, transformed, transposed);
    else if (has_windows(l))
        NAME(transpose_kernels)(w, weights, transposed);
    else
        NAME(transpose_rows)(w, weights, transposed);
}

/* Write the gradients that a layer has in a slot. */
TARGET static void NAME(read_slot)(const Layer *l, const REAL *slot, REAL *gradient)
{
    const ConvPool *w = &l->windows;
    Py_ssize_t in_slot = kernels_in_slot(l, MOST_BYTES / sizeof(REAL));
    Py_ssize_t size = w->kernel_height * w->kernel_width * w->channels;
    if (l->kind == CONV) {
        if (NAME(is_winograd)(w))
            memcpy(gradient + l->weights, slot, size * w->filters * sizeof(REAL));
        else if (has_windows(l))
            NAME(transpose_kernels_back)(w, slot, gradient + l->weights);
        else
            NAME(copy_rows)(size, w->filters, slot, NAME(filled_filters)(w->filters),
                            gradient + l->weights, w->filters);
        memcpy(gradient + l->biases, slot + in_slot, w->filters * sizeof(REAL));
    } else {
        Py_ssize_t bytes = w->channels * sizeof(REAL);
        memcpy(gradient + l->weights, slot, bytes);
        memcpy(gradient + l->biases, slot + w->channels, bytes);
        memcpy(gradient + l->statistics, slot + 2 * w->channels, 2 * bytes);
    }
}
