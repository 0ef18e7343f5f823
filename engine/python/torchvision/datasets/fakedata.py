"""Images of random numbers, to try a program without data. Read next: `vision`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from .vision import VisionDataset


class FakeData(VisionDataset):
    """Images of normal noise with random classes; an index always gives the same.

    size: how many. image_size: (channels, height, width). num_classes: how many classes.
    random_offset: added to the index to seed it. Raises IndexError past the end.
    https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.FakeData.html
    """

    def __init__(
        self,
        size=1000,
        image_size=(3, 224, 224),
        num_classes=10,
        transform=None,
        target_transform=None,
        random_offset=0,
    ):
        super().__init__(transform=transform, target_transform=target_transform)
        self.size = size
        self.num_classes = num_classes
        self.image_size = image_size
        self.random_offset = random_offset

    def __getitem__(self, index):
        """(image, target) of one index, as the transforms make them."""
        from torchvision import transforms

        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        # The numbers are those of a program that seeds for every item and goes on as if it had not.
        state = torch.get_rng_state()
        torch.manual_seed(index + self.random_offset)
        image = torch.randn(*self.image_size)
        target = torch.randint(0, self.num_classes, size=(1,), dtype=torch.long)[0]
        torch.set_rng_state(state)
        image, target = self._transformed(transforms.ToPILImage()(image), target)
        return image, target.item() if isinstance(target, torch.Tensor) else target

    def __len__(self):
        return self.size
