# 싱크 실행.

part-unfinished = {$path}: 마지막 줄이 `more: true`이며 끝이 없습니다
sink-empty = 입력이 비어 있습니다. 앞 단계가 시작 프레임조차 쓰지 않았습니다
part-never-came = {$path}: 마지막 부분이 오지 않아 온전하지 않습니다
originals-more-failed = 실패한 원본이 더 있습니다. 요약에 적혀 있습니다
line-no-object = JSON 객체가 아닙니다
lines-scratch = 줄을 담는 파일
line-one-content = 파일 줄에는 text, base64, url, file 중 하나만 있어야 합니다
line-more-text = `more`는 text와 base64에만 씁니다. url이나 file은 온전한 파일입니다
line-url-invalid = URL이 올바르지 않습니다
