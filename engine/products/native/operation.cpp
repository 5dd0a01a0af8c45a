#include "operation.h"

#include "products.h"

#include <new>

namespace coterie::products {

float * row_of(const ggml_tensor * tensor, int64_t row) {
    const int64_t i1 = row % tensor->ne[1], i2 = row / tensor->ne[1] % tensor->ne[2];
    const int64_t i3 = row / (tensor->ne[1] * tensor->ne[2]);
    char * place = static_cast<char *>(tensor->data) + i1 * tensor->nb[1] + i2 * tensor->nb[2] + i3 * tensor->nb[3];
    return reinterpret_cast<float *>(place);
}

Shared::Shared(Workspace & workspace, const ggml_tensor * product, int64_t places, int threads) {
    const ggml_tensor * rows = product->src[1];
    bytes = activation_bytes(rows->ne[0]);
    tile = (tile_bytes(rows->ne[0]) + 63) / 64 * 64;
    next = workspace.take<Counter>(1);
    inputs = workspace.take<const void *>(places);
    results = workspace.take<float *>(places);
    values = workspace.take<char>(ggml_nrows(rows) * int64_t(bytes));
    tiles = workspace.take<char>(threads * int64_t(tile));
}

void Shared::begin(const Part & part, const ggml_tensor * product) const {
    if (part.thread == 0) {
        new (next) Counter(0);
    }
    const ggml_tensor * rows = product->src[1];
    for (int64_t row = part.thread; row < ggml_nrows(rows); row += part.threads) {
        quantise(row_of(rows, row), rows->ne[0], quantised(row));
    }
}

} // namespace coterie::products
