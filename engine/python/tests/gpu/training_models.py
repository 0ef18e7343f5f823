"""The models that training loops are tested on: small, and of every kind of step that a notebook has.

Refuses to train: see `test_training`.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """A block of a transformer, norms first."""

    def __init__(self, width, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.gather, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.think = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(0.1))

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.gather(self.first_norm(x)).chunk(3, -1)
        heads = (part.view(batch, length, self.num_heads, width // self.num_heads).transpose(1, 2) for part in parts)
        seen = F.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.join(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.think(self.second_norm(x))


class Gpt(nn.Module):
    """The next character from those before it."""

    def __init__(self, num_characters=65, length=32, width=64, num_blocks=2, num_heads=4):
        super().__init__()
        self.character, self.place = nn.Embedding(num_characters, width), nn.Embedding(length, width)
        self.blocks = nn.Sequential(*[Block(width, num_heads) for _ in range(num_blocks)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, num_characters)

    def forward(self, characters):
        places = torch.arange(characters.shape[1], device=characters.device)
        return self.head(self.norm(self.blocks(self.character(characters) + self.place(places)))).transpose(1, 2)


def mlp(width):
    """Two layers for 20 features and 4 classes."""
    return nn.Sequential(nn.Linear(20, width), nn.ReLU(), nn.Linear(width, 4))


def lenet():
    """Two convolutions and three layers for pictures of 28 x 28 and 10 classes."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
