/* The way forward and back through a stack of dense layers and a loss.

   The memory holds `dz` and `dx`, then each layer's outputs, each of them with a
   vector's room behind it, then what the layers work in. */

/* Forward: each layer's outputs from `out` on; the last's are returned. */
TARGET static const REAL *NAME(stack_outputs)(const Stack *s, const REAL *x,
                                              const REAL *parameters, REAL *out,
                                              REAL *work)
{
    for (Py_ssize_t i = 0; i < s->count; i++) {
        const StackedLayer *layer = s->layers + i;
        Dense sizes = {s->n, layer->inputs, layer->units};
        NAME(dense)(&sizes, x, parameters + layer->weights, parameters + layer->biases,
                    out, work);
        NAME(activate)(layer->activation, s->n * layer->units, out);
        x = out;
        out += s->n * layer->units + LANES;
    }
    return x;
}

/* The gradient of the scaled sum of the rows' losses, and the logits. */
TARGET static void NAME(stack_gradient)(const Stack *s, const REAL *parameters,
                                        REAL *gradient, REAL *memory, const REAL *x,
                                        const REAL *targets, const REAL *weights,
                                        double scale, int loss, REAL *logits)
{
    Py_ssize_t widest = 0, outputs = 0, units = s->layers[s->count - 1].units;
    for (Py_ssize_t i = 0; i < s->count; i++) {
        widest = Py_MAX(widest, s->layers[i].units);
        outputs += s->n * s->layers[i].units + LANES;
    }
    REAL *dz = memory, *dx = dz + s->n * widest + LANES;
    REAL *first = dx + s->n * widest + LANES, *work = first + outputs;
    const REAL *out = NAME(stack_outputs)(s, x, parameters, first, work);
    memcpy(logits, out, s->n * units * sizeof(REAL));
    memcpy(dz, out, s->n * units * sizeof(REAL));
    NAME(loss_gradient)(loss, s->n, units, dz, targets, weights, (REAL)scale);
    for (Py_ssize_t i = s->count - 1; i >= 0; i--) {
        const StackedLayer *layer = s->layers + i;
        Dense sizes = {s->n, layer->inputs, layer->units};
        NAME(activation_gradient)(layer->activation, s->n * layer->units, out, dz);
        const REAL *in = i ? out - s->n * layer->inputs - LANES : x;
        NAME(dense_gradients)(&sizes, in, parameters + layer->weights, dz,
                              gradient + layer->weights, gradient + layer->biases,
                              i ? dx : NULL, work);
        out = in;
        REAL *swapped = dz;
        dz = dx;
        dx = swapped;
    }
}
