// The loop over a tile's groups, for as many tokens at once as their sums find registers. Included by each kernel
// after its ROWS, MOST_TOKENS, TARGET and Block, which has kinds of its own: a function may only be put into another of the same instructions.

#include <cstring>

namespace coterie::products {

template <int PARTS, int KIND, int TOKENS> TARGET static void tokens_at(const Products & products, int64_t first) {
    const auto * groups = static_cast<const TileGroup<ROWS, PARTS> *>(products.tile);
    Block<PARTS, KIND, TOKENS> block;
    block.shift = products.shift;
    for (int token = 0; token < TOKENS; token++) {
        block.begin(token, products.tokens[first + token]);
    }
    for (int64_t g = 0; g < products.groups; g++) {
        block.add(groups[g], g);
    }
    for (int token = 0; token < TOKENS; token++) {
        float * results = products.results[first + token] + products.row;
        if (products.rows == ROWS) {
            block.store(token, results);
            continue;
        }
        float all[ROWS];
        block.store(token, all);
        std::memcpy(results, all, size_t(products.rows) * sizeof(float));
    }
}

template <int PARTS, int KIND> static void all_tokens(const Products & products) {
    int64_t first = 0;
    for (; first + MOST_TOKENS <= products.count; first += MOST_TOKENS) {
        tokens_at<PARTS, KIND, MOST_TOKENS>(products, first);
    }
    if (first + 4 <= products.count) {
        tokens_at<PARTS, KIND, 4>(products, first);
        first += 4;
    }
    if (first + 2 <= products.count) {
        tokens_at<PARTS, KIND, 2>(products, first);
        first += 2;
    }
    if (first < products.count) {
        tokens_at<PARTS, KIND, 1>(products, first);
    }
}

} // namespace coterie::products
