"""Names as Vietnamese children bear them: family name, middle name, given name. Invented people only.

Family names by their share of the population (Lê Trung Hoa, *Họ và tên người Việt Nam*, 2005; in the north Hoàng and Vũ
are written where the south writes Huỳnh and Võ). Middle and given names in order of how common they are, by impression.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from random import Random
from typing import TypeVar

Name = TypeVar("Name")

FAMILY = {
    "Nguyễn": 38.4, "Trần": 12.1, "Lê": 9.5, "Phạm": 7.0, "Hoàng": 4.4, "Phan": 4.5, "Vũ": 3.3, "Đặng": 2.1,
    "Bùi": 2.0, "Đỗ": 1.4, "Hồ": 1.3, "Ngô": 1.3, "Dương": 1.0, "Đào": 1.0, "Đoàn": 0.9, "Lương": 0.8, "Huỳnh": 0.7,
    "Võ": 0.6, "Lý": 0.5, "Trịnh": 0.5, "Đinh": 0.5, "Mai": 0.4, "Cao": 0.4, "Hà": 0.4, "Tạ": 0.4, "Chu": 0.3,
    "Trương": 0.5, "Lưu": 0.3, "Tô": 0.3, "Quách": 0.2, "Nghiêm": 0.1, "Khúc": 0.1, "Doãn": 0.1,
}  # fmt: skip

MIDDLE = {
    "male": "Văn Đức Minh Quang Gia Tuấn Hoàng Duy Anh Hữu Xuân Ngọc Bảo Thành Đình Công Thế Trung Mạnh Quốc Đăng Việt "
    "Tiến Hải Khánh Nhật Thanh Trọng Bá Huy",
    "female": "Thị Ngọc Thu Minh Phương Khánh Thùy Hồng Bảo Thanh Mai Hà Quỳnh Kim Diệu Gia Ánh Hương Linh Tường Yến "
    "Cẩm Thảo Như Bích Lan Hoài Huyền Tuệ Anh",
}

GIVEN = {
    "male": "Anh Minh Huy Nam Dũng Hiếu Đức Tuấn Hùng Long Quân Khánh Phong Sơn Thành Hoàng Đạt Duy Kiên Trung Bảo "
    "Việt Cường Thắng Hải Linh Quang Tùng An Khang Mạnh Tú Phúc Dương Khôi Trường Vinh Toàn Lâm Tiến Thái Hưng Bình "
    "Đăng Nguyên Chiến Nghĩa Thịnh Giang Tài Đông Lộc Hà Phương Vũ Tân Huấn Chính Ninh Doanh",
    "female": "Anh Linh Trang Hương Huyền Ngọc Hà Thảo Nhung Hằng Phương Mai Chi Yến Nga Ly Thủy Dung Hoa Lan Vân "
    "Quỳnh Giang My Nhi Hạnh Loan Thu Hiền Thúy Hân Châu Ngân Tâm Uyên Vy Oanh Trâm Nguyệt Ánh Như Bích Duyên Diệp An "
    "Hồng Minh Tuyết Xuân Đào Khuê Tú Hường Liên Thơm Lệ Cúc Trà Nguyên Dương",
}

GIVEN_IN_TWO_WORDS = {
    "male": "Gia Bảo|Minh Quân|Đức Anh|Tuấn Kiệt|Bảo Long|Gia Huy|Minh Khôi|Nhật Minh|Hải Đăng|Tiến Dũng|Anh Tuấn|"
    "Quang Huy|Minh Đức|Hoàng Nam|Thành Đạt|Việt Anh|Bảo An|Đức Mạnh|Trung Hiếu|Thiên Phúc",
    "female": "Bảo Ngọc|Khánh Linh|Phương Anh|Minh Châu|Hà My|Thu Hà|Ngọc Ánh|Quỳnh Anh|Thùy Linh|Bảo Trâm|Thanh Hương|"
    "Diệu Linh|Hồng Nhung|Minh Anh|Tường Vy|Hải Yến|Ngọc Diệp|An Nhiên|Mai Phương|Lan Anh",
}

TWO_WORDS, ALONE = 0.22, 0.02  # share of given names of two words, and of those that no middle name precedes


def by_rank(names: list[str]) -> dict[str, float]:
    """Weights that fall as those of names do: the tenth is borne by about a third as many as the first."""
    return {name: 1 / (rank + 5) for rank, name in enumerate(names)}


def personal_names(sex: str) -> dict[str, float]:
    """Everything after the family name, with its weight."""
    middle, single = by_rank(MIDDLE[sex].split()), by_rank(GIVEN[sex].split())
    double = by_rank(GIVEN_IN_TWO_WORDS[sex].split("|"))
    one = sum(single.values()) * sum(middle.values())
    two = sum(double.values()) * sum(middle.values())
    weights = {given: weight * ALONE / sum(single.values()) for given, weight in single.items()}
    for first, often in middle.items():
        for given, weight in single.items():
            if given != first:
                weights[f"{first} {given}"] = often * weight * (1 - ALONE - TWO_WORDS) / one
        for given, weight in double.items():
            if first not in given:
                weights[f"{first} {given}"] = often * weight * TWO_WORDS / two
    return weights


def endless(rng: Random, weights: Mapping[Name, float]) -> Iterator[Name]:
    """Draws for ever, a thousand at a time: far faster than one by one."""
    names, sums = list(weights), list(accumulate(weights.values()))
    while True:
        yield from rng.choices(names, cum_weights=sums, k=1000)


class Names:
    """Full names for children of either sex, drawn one after another."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.family = endless(rng, FAMILY)
        self.personal = {sex: endless(rng, personal_names(sex)) for sex in MIDDLE}

    def drawn(self, sex: str) -> str:
        """Someone of unknown sex bears a name of either."""
        known = sex if sex in self.personal else self.rng.choice(list(self.personal))
        return f"{next(self.family)} {next(self.personal[known])}"
