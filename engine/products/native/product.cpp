// MUL_MAT: the threads quantise the tokens, and then take rows of the matrix in turns.
#include "operation.h"
#include "products.h"

#include <algorithm>

namespace coterie::products {
namespace {

// Shares for each thread, so that none waits long for the last.
constexpr int64_t SHARES = 4;
// Unpacking a row must pay.
constexpr int64_t FEWEST_OF_SHARE = 32;

} // namespace

size_t workspace_of_product(const ggml_tensor * product, int threads) {
    Workspace workspace(nullptr);
    Shared(workspace, product, ggml_nrows(product->src[1]), threads);
    return workspace.needed();
}

void compute_product(const Backend & backend, const Part & part, ggml_tensor * product) {
    const ggml_tensor * weights = product->src[0];
    const int64_t tokens = ggml_nrows(product->src[1]);
    Workspace workspace(part.workspace);
    const Shared shared(workspace, product, tokens, part.threads);
    shared.begin(part, product);
    for (int64_t token = part.thread; token < tokens; token += part.threads) {
        shared.inputs[token] = shared.quantised(token);
        shared.results[token] = row_of(product, token);
    }
    backend.barrier(part.pool);

    const int64_t rows = weights->ne[1], height = tile_rows(), row_shares = (rows + height - 1) / height;
    const int64_t wanted = (SHARES * part.threads + row_shares - 1) / row_shares;
    const int64_t token_shares = std::clamp<int64_t>(wanted, 1, std::max<int64_t>(tokens / FEWEST_OF_SHARE, 1));
    const int64_t width = (tokens + token_shares - 1) / token_shares;
    while (true) {
        const int64_t share = shared.next->fetch_add(1, std::memory_order_relaxed);
        if (share >= row_shares * token_shares) {
            return;
        }
        const int64_t row = share % row_shares * height, token = share / row_shares * width;
        const int64_t count = std::min(width, tokens - token);
        if (count > 0) {
            multiply(weights->type, weights->ne[0], weights->data, weights->nb[1], row, std::min(row + height, rows),
                     shared.inputs + token, shared.results + token, count, shared.tile_of(part));
        }
    }
}

} // namespace coterie::products
