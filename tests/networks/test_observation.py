from digitlab.networks.observation import LayerObservation, Observation


def test_an_observation_comes_back_from_its_text_as_it_was():
    layer = LayerObservation(
        layer="hidden", weights=9, gradient_norm=0.5, weight_norm=3.0, moved=0.25, units=3, dead=1, histogram=(4, 5)
    )
    observation = Observation(epoch=2, digits=1000, layers=(layer,))
    assert Observation.from_json(observation.to_json()) == observation
