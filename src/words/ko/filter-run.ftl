# 필터 실행.

order-mixed = --order descending은 한 프로젝트의 한 종류 행에만 쓸 수 있는데 입력에 여러 개가 있습니다. 각각 따로 실행하세요
input-changed = {$name}: 읽는 동안 바뀌었습니다. 아무도 쓰지 않을 때 다시 실행하세요
