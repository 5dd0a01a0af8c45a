// Slots of one layer and their eviction policy: no device, no weights, one thread.
//
// The same rules, line by line, stand in Python in `tests/support/experts/expert_policy.py`, which the simulator runs
// and a test compares with these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace coterie {

struct Policy {
    double half_life = 64.0; // steps after which a use counts half; 0: the last use alone counts, < 0: never less
    bool admission = false;  // a miss must score higher than the expert that it would evict
    bool fixed = false;      // nothing is ever evicted
    double margin = 1.0;     // so many times higher, with admission
};

class Slots {
  public:
    Slots(int experts, int slots, Policy policy);
    // Experts that these have too go first.
    void set_above(const Slots * above) { above_ = above; }

    int count() const { return int(expert_of_.size()); }
    int experts() const { return int(slot_of_.size()); }

    // A block begins: the experts of its rows, in order.
    void begin(const int32_t * rows, int count);
    // The expert's slot, -1: none.
    int slot_of(int expert) const { return slot_of_[std::size_t(expert)]; }
    bool has(int expert) const { return slot_of(expert) >= 0; }

    struct Given {
        int slot = -1; // -1: refused
        int evicted = -1;
    };
    // A slot for an expert of this block that has none.
    Given give(int expert);
    // Of experts without a slot, the one that counts least first, how many of the last would be given one, each for an
    // expert that counts less, when all that have slots are done.
    int worth_slots(const std::vector<int32_t> & experts) const;
    // A slot that is empty, before anything was computed; `place` is the expert's in a list, the best first.
    Given give_warm(int expert, int place);

    // An expert of this block is computed, and may lose its slot to another one of the same block.
    void done(int expert) { done_[std::size_t(expert)] = step_; }
    // All slots are empty; what was used is remembered. Gives how many were not.
    int clear();
    // The slot that was given is empty after all.
    void take_back(int expert);
    double score(int expert) const { return score_[std::size_t(expert)]; }

    int expert_of(int slot) const { return expert_of_[std::size_t(slot)]; }

  private:
    void rescale();
    int victim() const;
    void put(int slot, int expert);

    bool goes_before(std::size_t expert, std::size_t other) const;

    const Policy policy_;
    const Slots * above_ = nullptr;
    std::vector<int32_t> slot_of_;   // by expert, -1: none
    std::vector<int32_t> expert_of_; // by slot, -1: empty
    std::vector<double> score_;      // by expert
    std::vector<int64_t> last_;      // by expert: the block that used it last
    std::vector<int64_t> done_;      // by expert: the block that is done with it
    int64_t step_ = -1;
    double base_ = 0.0; // the block whose uses weigh 1
};

} // namespace coterie
