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
line-no-sha256 = `sha256` 값이 16진수 64자리가 아닙니다
line-no-base64 = 올바른 base64가 아닙니다: {$reason}
line-of-items = 입력이 출력 파일이 아니라 항목입니다. 사이에 `syn-convert --to FORMAT`을 넣으세요
summary-no-object = {$path}: JSON 객체가 아닙니다: {$reason}
summary-large = 64 MiB보다 큽니다
summary-no-text = 텍스트로 와야 합니다
