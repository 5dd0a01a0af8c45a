// Numbers side by side, in registers of so many bits. Included after `TARGET` and `BITS`.

#define NAMED(bits, name) _mm##bits##_##name
#define NAMED_FOR(bits, name) NAMED(bits, name)
#define WIDE(name) NAMED_FOR(BITS, name)

namespace coterie::products {
namespace {

struct Lanes {
    using Floats = decltype(WIDE(setzero_ps)());
    using Integers = decltype(WIDE(set1_epi32)(0));
    static const int ROWS = BITS / 32;
    static const int MOST_TOKENS = BITS / 64; // whose sums find registers

    TARGET INLINE Floats floats(const float * from) { return WIDE(loadu_ps)(from); }
    TARGET INLINE Floats floats(Integers numbers) { return WIDE(cvtepi32_ps)(numbers); }
    TARGET INLINE Floats all(float number) { return WIDE(set1_ps)(number); }
    TARGET INLINE Floats times(Floats one, Floats other) { return WIDE(mul_ps)(one, other); }
    TARGET INLINE Floats plus(Floats sum, Floats one, Floats other) { return WIDE(fmadd_ps)(one, other, sum); }
    TARGET INLINE Floats minus(Floats sum, Floats one, Floats other) { return WIDE(fnmadd_ps)(one, other, sum); }
    TARGET INLINE void store(float * to, Floats numbers) { WIDE(storeu_ps)(to, numbers); }

    TARGET INLINE Integers bytes(const uint8_t * from) {
        Integers found;
        __builtin_memcpy(&found, from, sizeof(found));
        return found;
    }
    // Four bytes, in each lane.
    TARGET INLINE Integers all(const int8_t * four) {
        int32_t word;
        __builtin_memcpy(&word, four, sizeof(word));
        return WIDE(set1_epi32)(word);
    }
};

} // namespace
} // namespace coterie::products
