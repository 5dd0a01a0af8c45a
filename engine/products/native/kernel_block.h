// A tile's rows by tokens. Included by each kernel after its TARGET, its Lanes, and its Dots, which has kinds of its own:
// a function may only be put into another of the same instructions. So each kernel has this for itself, and out of the
// sight of the others, which call theirs by the same names.

namespace coterie::products {
namespace {

// TOKENS at once: their sums stay in registers, and a tile's values are loaded once for all of them. Dots that are of
// signed values have their shift taken off already.
template <int PARTS, int KIND, int TOKENS> struct Block {
    using Floats = Lanes::Floats;

    const Activation * tokens[TOKENS];
    Floats sums[TOKENS];
    float shift;

    TARGET void begin(int token, const Activation * activations) {
        tokens[token] = activations;
        sums[token] = Lanes::all(0.0f);
    }

    TARGET void store(int token, float * results) const { Lanes::store(results, sums[token]); }

    TARGET INLINE Floats scaled(Floats scales, const Activation & activation) {
        return Lanes::times(scales, Lanes::all(activation.scale));
    }

    TARGET MEMBER void add(const TileGroup<Lanes::ROWS, PARTS> & group, int64_t g) {
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
            Lanes::Integers dots[TOKENS];
            Dots<KIND, TOKENS>::of(group.values, part * FOURS / PARTS, (part + 1) * FOURS / PARTS, tokens, g, dots);
            const Floats scales = Lanes::floats(group.scales[part]);
#pragma GCC unroll 8
            for (int token = 0; token < TOKENS; token++) {
                add_dots(token, Lanes::floats(dots[token]), scales, group.offsets[part], part, tokens[token][g]);
            }
        }
    }

    TARGET MEMBER void add_dots(int token, Floats dots, Floats scales, const float * offsets, int part,
                                const Activation & activation) {
        const Floats total = Lanes::all(PARTS == 1 ? activation.total : activation.totals[part]);
        if constexpr (Dots<KIND, TOKENS>::SHIFTED) { // whole numbers: exact
            dots = Lanes::minus(dots, Lanes::all(shift), total);
        } else if constexpr (Dots<KIND, TOKENS>::OFFSETS) {
            const Floats sum = PARTS == 1 ? Lanes::all(activation.sum) : scaled(total, activation);
            sums[token] = Lanes::plus(sums[token], Lanes::floats(offsets), sum);
        }
        sums[token] = Lanes::plus(sums[token], dots, scaled(scales, activation));
    }
};

template <int PARTS, int KIND, int TOKENS> TARGET void tokens_at(const Products & products, int64_t first) {
    const auto * groups = static_cast<const TileGroup<Lanes::ROWS, PARTS> *>(products.tile);
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
        if (products.rows == Lanes::ROWS) {
            block.store(token, results);
            continue;
        }
        float all[Lanes::ROWS];
        block.store(token, all);
        __builtin_memcpy(results, all, size_t(products.rows) * sizeof(float));
    }
}

template <int PARTS, int KIND> void all_tokens(const Products & products) {
    constexpr int MOST = Lanes::MOST_TOKENS;
    int64_t first = 0;
    for (; first + MOST <= products.count; first += MOST) {
        tokens_at<PARTS, KIND, MOST>(products, first);
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

template <int KIND> Kernel kernel_of(Form form) {
    return form.parts == 1 ? all_tokens<1, KIND> : all_tokens<2, KIND>;
}

} // namespace
} // namespace coterie::products
