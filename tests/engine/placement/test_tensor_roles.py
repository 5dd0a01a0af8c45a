from __future__ import annotations

import pytest

from engine.gguf.tensor_roles import EXPERT_TENSOR, Part, classify


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("token_embd.weight", Part("embedding")),
        ("per_layer_token_embd.weight", Part("embedding")),
        ("output.weight", Part("output")),
        ("output_norm.weight", Part("output")),
        ("rope_freqs.weight", Part("output")),
        ("nextn.pre_projection.weight", Part("mtp")),
        ("blk.12.attn_q.weight", Part("attention", 12)),
        ("blk.0.attn_kv_a_mqa.weight", Part("attention", 0)),
        ("blk.0.attn_sinks.weight", Part("attention", 0)),
        ("blk.0.attn_norm.weight", Part("attention", 0)),
        ("blk.0.ssm_a", Part("attention", 0)),
        ("blk.0.ssm_conv1d.bias", Part("attention", 0)),
        ("blk.0.shortconv.in_proj.weight", Part("attention", 0)),
        ("blk.0.time_mix_w1.weight", Part("attention", 0)),
        ("blk.0.indexer.attn_k.weight", Part("attention", 0)),
        ("blk.0.indexer_compressor_kv.weight", Part("attention", 0)),
        ("blk.0.post_attention_norm.weight", Part("other", 0)),
        ("blk.0.ffn_norm.weight", Part("other", 0)),
        ("blk.0.ffn_norm_exps.weight", Part("other", 0)),
        ("blk.0.ffn_gate.weight", Part("dense_ffn", 0)),
        ("blk.0.ffn_down.bias", Part("dense_ffn", 0)),
        ("blk.0.ffn_latent_up.weight", Part("dense_ffn", 0)),
        ("blk.0.ffn_up_shexp.weight", Part("shared_expert", 0)),
        ("blk.0.ffn_gate_inp.weight", Part("router", 0)),
        ("blk.0.ffn_gate_inp.bias", Part("router", 0)),
        ("blk.0.ffn_gate_inp_shexp.weight", Part("router", 0)),
        ("blk.0.exp_probs_b.bias", Part("router", 0)),
        ("blk.0.ffn_gate_up_exps.weight", Part("expert", 0, "gate_up")),
        ("blk.0.ffn_gate_exps.bias", Part("expert", 0, "gate")),
        ("blk.0.ffn_down_exps.scale", Part("expert", 0, "down")),
        ("blk.0.ffn_up_exps.input_scale", Part("expert", 0, "up")),
        ("blk.0.ffn_up_chexps.weight", Part("expert", 0, "up")),
        ("blk.46.nextn.eh_proj.weight", Part("mtp", 46)),
        ("dec.blk.3.cross_attn_q.weight", Part("attention", 3)),
        ("blk.x.attn_q.weight", Part("output")),
        ("", Part("output")),
    ],
)
def test_a_name_tells_the_role(name: str, part: Part) -> None:
    assert classify(name) == part


def test_a_weight_is_an_expert_exactly_where_overrides_match_it() -> None:
    for kind in ("up", "down", "gate", "gate_up"):
        for suffix in ("_exps", "_chexps", "_shexp", "", "_inp"):
            name = f"blk.7.ffn_{kind}{suffix}.weight"
            assert (classify(name).role == "expert") is bool(EXPERT_TENSOR.search(name))
