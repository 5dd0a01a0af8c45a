// Eight numbers side by side, in registers of 256 bits. Included after `TARGET`.

namespace coterie::products {
namespace {

struct Lanes {
    using Floats = __m256;
    using Integers = __m256i;
    static const int ROWS = 8;
    static const int MOST_TOKENS = 4; // whose sums find registers

    TARGET INLINE Floats floats(const float * from) { return _mm256_loadu_ps(from); }
    TARGET INLINE Floats floats(Integers numbers) { return _mm256_cvtepi32_ps(numbers); }
    TARGET INLINE Floats all(float number) { return _mm256_set1_ps(number); }
    TARGET INLINE Floats times(Floats one, Floats other) { return _mm256_mul_ps(one, other); }
    TARGET INLINE Floats plus(Floats sum, Floats one, Floats other) { return _mm256_fmadd_ps(one, other, sum); }
    TARGET INLINE Floats minus(Floats sum, Floats one, Floats other) { return _mm256_fnmadd_ps(one, other, sum); }
    TARGET INLINE void store(float * to, Floats numbers) { _mm256_storeu_ps(to, numbers); }

    TARGET INLINE Integers bytes(const uint8_t * from) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
    }
    // Four bytes, in each lane.
    TARGET INLINE Integers all(const int8_t * four) {
        int32_t word;
        __builtin_memcpy(&word, four, sizeof(word));
        return _mm256_set1_epi32(word);
    }
};

} // namespace
} // namespace coterie::products
