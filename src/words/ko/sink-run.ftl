# 싱크 실행.

part-unfinished = {$path}: 마지막 줄이 `more: true`이며 끝이 없습니다
sink-empty = 입력이 비어 있습니다. 앞 단계가 시작 프레임조차 쓰지 않았습니다
part-never-came = {$path}: 마지막 부분이 오지 않아 온전하지 않습니다
originals-more-failed = 실패한 원본이 더 있습니다. 요약에 적혀 있습니다
