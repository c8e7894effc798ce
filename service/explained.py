"""What a figure is made of, what it is not, and why it has its status: the words, in both languages."""

from service.problems import Language

Words = dict[Language, str]

# By measure: who counts for it.
COUNTS: dict[str, Words] = {
    "children": {
        "vi": "Trẻ em: người chưa đến ngày sinh nhật thứ 16 và đang cư trú tại địa bàn trong ngày.",
        "en": "Children: who lives in the area on the day and has not reached the 16th birthday.",
    },
    "special": {
        "vi": "Trẻ em có hoàn cảnh đặc biệt: trẻ em đang ở ít nhất một nhóm; mỗi trẻ em tính một lần.",
        "en": "Special: children who are in at least one group on the day; each counts once.",
    },
    "at_risk": {
        "vi": "Trẻ em có nguy cơ: trẻ em có ít nhất một nguy cơ và không ở nhóm hoàn cảnh đặc biệt nào trong ngày.",
        "en": "At risk: children with at least one risk who are in no group of special circumstances on the day.",
    },
    "assisted": {
        "vi": "Được quản lý và trợ giúp: có hồ sơ đang mở và ít nhất một biện pháp của hồ sơ đó đã bắt đầu.",
        "en": "Managed and assisted: a case is open on the day and one of its interventions has started.",
    },
    "clocked": {
        "vi": "Có thời hạn theo luật: trẻ em có hồ sơ bảo vệ đang mở theo quy trình, trong đó ít nhất một thời hạn "
        "do pháp luật đặt ra đã được thực hiện đúng hạn hoặc đã quá hạn.",
        "en": "With deadlines of the law: children with an open case of protection that follows the procedure, "
        "in which at least one deadline set by law has been kept, or has passed.",
    },
    "clocked_in_time": {
        "vi": "Đúng hạn: trong đó mọi thời hạn cho đến hết ngày đều được thực hiện đúng hạn. Thời hạn đã tạm dừng "
        "hoặc không còn áp dụng trước khi hết hạn thì không bị tính là quá hạn.",
        "en": "In time: of these, every deadline so far was met by its moment. One that was paused, or lost its "
        "object, before it was due is not missed.",
    },
    "model": {
        "vi": "Mô hình: xã, phường, thị trấn có mô hình ở giai đoạn hoàn thành hoặc nhân rộng trong ngày.",
        "en": "Model: communes whose site is in the stage completed or replicated on the day.",
    },
}
# By the records that a measure is counted from: what they are.
SOURCES: dict[str, Words] = {
    "residences": {"vi": "Ngày sinh và nơi cư trú của trẻ em", "en": "Dates of birth and residences of children"},
    "circumstances": {"vi": "Hoàn cảnh của trẻ em theo nhóm", "en": "Circumstances of children by category"},
    "cases": {
        "vi": "Hồ sơ quản lý và các biện pháp đã bắt đầu",
        "en": "Case files, and interventions that have started",
    },
    "deadlines": {
        "vi": "Thời hạn do pháp luật đặt ra trong hồ sơ, và các bước đã thực hiện",
        "en": "Deadlines of the law in case files, and the steps that were taken",
    },
    "sites": {"vi": "Điểm mô hình và các giai đoạn", "en": "Sites of the protection model and their stages"},
}
LEFT_OUT: dict[str, Words] = {
    "of_sixteen_or_older": {
        "vi": "Người đang cư trú tại địa bàn đã đủ 16 tuổi.",
        "en": "Who lives in the area and has reached the 16th birthday.",
    },
    "circumstance_of_sixteen_or_older": {
        "vi": "Người có hoàn cảnh còn kéo dài nhưng đã đủ 16 tuổi.",
        "en": "Whose circumstance goes on, but who has reached the 16th birthday.",
    },
    "circumstance_without_residence": {
        "vi": "Trẻ em có hoàn cảnh trong ngày nhưng không có nơi cư trú trong ngày; tính tại nơi cư trú gần nhất.",
        "en": "Children in a circumstance who have no residence on the day; told of where they lived last.",
    },
    "special_takes_precedence": {
        "vi": "Trẻ em có nguy cơ nhưng cũng ở nhóm hoàn cảnh đặc biệt: chỉ tính vào hoàn cảnh đặc biệt.",
        "en": "Children at risk who are in special circumstances too: they count as special alone.",
    },
    "case_without_intervention": {
        "vi": "Trẻ em của mẫu số có hồ sơ đang mở nhưng chưa có biện pháp nào bắt đầu.",
        "en": "Children of the denominator with an open case in which no intervention has started.",
    },
    "without_open_case": {
        "vi": "Trẻ em của mẫu số không có hồ sơ đang mở thuộc loại được tính.",
        "en": "Children of the denominator without an open case of a kind that counts.",
    },
    "deadline_missed": {
        "vi": "Trẻ em của mẫu số có ít nhất một thời hạn đã bị lỡ.",
        "en": "Children of the denominator of whom a deadline was missed.",
    },
    "no_deadline_yet": {
        "vi": "Trẻ em có hồ sơ bảo vệ đang mở theo quy trình nhưng chưa thời hạn nào được thực hiện hoặc quá hạn.",
        "en": "Children with an open case of protection that follows the procedure, of which no deadline has been "
        "kept, or has passed, yet.",
    },
    "case_without_procedure": {
        "vi": "Trẻ em có hồ sơ bảo vệ đang mở được ghi mà không theo các bước của quy trình.",
        "en": "Children with an open case of protection that was recorded without the steps of the procedure.",
    },
    "withdrawn_or_corrected": {
        "vi": "Từng được tính vào tử số vào cuối một ngày trước đây, về sau đã sửa hoặc rút.",
        "en": "Counted in the numerator at the close of an earlier day, and corrected or withdrawn since.",
    },
    "site_in_another_stage": {
        "vi": "Điểm mô hình ở giai đoạn chưa được tính.",
        "en": "Sites in a stage that does not count.",
    },
    "communes_not_covered": {
        "vi": "Xã, phường, thị trấn mà sổ theo dõi không bao gồm.",
        "en": "Communes that the register does not cover.",
    },
}
DIRECTION: dict[str, Words] = {
    "below": {"vi": "dưới {target}", "en": "below {target}"},
    "at_most": {"vi": "nhiều nhất {target}", "en": "at most {target}"},
    "at_least": {"vi": "ít nhất {target}", "en": "at least {target}"},
}
WHY: dict[str, Words] = {
    "not_measurable": {
        "vi": "Mẫu số bằng không: không có gì để đo.",
        "en": "The denominator is zero: there is nothing to measure.",
    },
    "now": {"vi": "Ngày {on}: {value} ({counts}).", "en": "On {on}: {value} ({counts})."},
    "target": {
        "vi": "Chỉ tiêu đến ngày {due_on}: {wanted}.",
        "en": "The target, due on {due_on}: {wanted}.",
    },
    "holds": {"vi": "Chỉ tiêu đã đạt trong ngày.", "en": "The target holds on the day."},
    "before": {
        "vi": "Một năm trước, ngày {on}: {value} ({counts}).",
        "en": "A year before, on {on}: {value} ({counts}).",
    },
    "no_year_before": {
        "vi": "Một năm trước chưa đo được, nên không có xu hướng.",
        "en": "A year before nothing could be measured, so there is no trend to go by.",
    },
    "expected": {
        "vi": "Nếu thay đổi của năm đó tiếp tục trong {days} ngày còn lại thì đến ngày {due_on}: {expected}.",
        "en": "If the change of that year goes on for the {days} days left, on {due_on}: {expected}.",
    },
    "would_hold": {"vi": "Như vậy sẽ đạt chỉ tiêu: đúng tiến độ.", "en": "That would meet the target: on track."},
    "would_not_hold": {
        "vi": "Như vậy sẽ không đạt chỉ tiêu: chậm tiến độ.",
        "en": "That would not meet the target: behind.",
    },
    "due": {"vi": "Thời hạn đã đến: chậm tiến độ.", "en": "The target is due: behind."},
    "gap": {"vi": "Còn thiếu: {gap}.", "en": "Still missing: {gap}."},
}
