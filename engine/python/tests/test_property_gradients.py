"""A short run of `property_gradients`: the same seeds each time. `make fuzz` runs many others."""

import property_gradients
from torch_case import TorchCase


class PropertyGradients(TorchCase):
    def test_differences(self):
        for seed in range(40):
            with self.subTest(seed=seed):
                property_gradients.check_differences(seed)
