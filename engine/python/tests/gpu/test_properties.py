"""Short runs of the random programs: the same seeds each time. `make fuzz` runs many others."""

from gpu_case import GpuCase

import property_gradients
import property_graphs


class Properties(GpuCase):
    def test_programs_fused_and_one_at_a_time(self):
        for seed in range(25):
            with self.subTest(seed=seed):
                property_graphs.check(seed)

    def test_gradients(self):
        for seed in range(25):
            with self.subTest(seed=seed):
                property_gradients.check_devices(seed)
