import type { Card } from './card.ts'
import type { ScamCode } from './scams.ts'

export const scams: Record<ScamCode, Card> = {
  fake_officer: {
    people: 'Ai cũng có thể bị gọi, nhất là người cao tuổi ở nhà một mình.',
    steps: [
      { tell: 'Có người gọi, xưng công an hoặc cán bộ phường, giục cập nhật VNeID, định danh, địa giới, rồi gửi đường dẫn để cài.', resident: 'Xưng công an, giục cập nhật VNeID qua điện thoại: lừa đảo.', picture: 'Kẻ lạ đội mũ giả gọi đến, giục bằng đồng hồ và đường dẫn; bà cụ lo lắng.' },
      { tell: 'Cúp máy. Muốn biết thật giả thì ra gặp trực tiếp Công an phường. Công an không làm VNeID qua điện thoại.', resident: 'Cúp máy, ra gặp trực tiếp Công an phường.', picture: 'Ngón tay bấm nút đỏ cúp máy; mũi tên dẫn đến Công an ở trụ sở.' },
      { tell: 'Lỡ bấm cài thì tắt nguồn hoặc bật chế độ máy bay, dùng máy khác gọi ngân hàng khóa tài khoản, rồi báo Công an phường.', resident: 'Lỡ cài: tắt máy, gọi ngân hàng, báo Công an.', picture: 'Máy bị tắt nguồn; sau đó là cuộc gọi, thẻ ngân hàng bị khóa và Công an.' },
    ],
    show: 'Cháu đóng vai người xưng công an gọi đến: bác cúp máy và nói sẽ ra đâu để hỏi.',
    never: 'Không bảo bác gọi lại số vừa gọi đến, không xem tin nhắn của bác.',
  },
  fake_app: {
    people: 'Người dùng điện thoại thông minh, hay nhận đường dẫn qua tin nhắn, Zalo.',
    steps: [
      { tell: 'Ai đó gửi đường dẫn hoặc tệp lạ, bảo cài VNeID hay Dịch vụ công. Ứng dụng giả chiếm được cả máy.', resident: 'Đường dẫn, tệp lạ bảo cài VNeID: không bấm.', picture: 'Tin nhắn có đường dẫn tải về, ngón tay dừng lại, dấu cấm ở trên.' },
      { tell: 'Chỉ cài từ App Store hoặc CH Play, xem đúng tên đơn vị làm ra. VNeID là của Bộ Công an.', resident: 'Chỉ cài từ App Store hoặc CH Play.', picture: 'Cửa hàng hình chiếc túi có dấu đúng, khiên của ứng dụng thật; tệp tải về có dấu sai.' },
      { tell: 'Lỡ cài thì tắt nguồn hoặc bật chế độ máy bay ngay. Dùng máy khác gọi ngân hàng, rồi báo Công an phường.', resident: 'Lỡ cài: bật máy bay, gọi ngân hàng, báo Công an.', picture: 'Ngón tay bật chế độ máy bay, sóng bị ngắt; Công an đứng bên cạnh.' },
    ],
    show: 'Bác tự mở cửa hàng trên máy và chỉ đúng tên đơn vị làm ra VNeID.',
    never: 'Không bấm thử đường dẫn lạ, không gỡ hộ ứng dụng trên máy của bác.',
  },
  small_fee: {
    people: 'Người đang chờ giấy tờ, bưu phẩm, hoặc hay nộp hồ sơ qua mạng.',
    steps: [
      { tell: 'Tin nhắn đòi một khoản phí nhỏ, ví dụ 22.000 đồng, đóng qua đường dẫn để nhận giấy tờ hay bưu phẩm.', resident: 'Đòi phí nhỏ qua đường dẫn: đừng bấm.', picture: 'Tin nhắn có đường dẫn và một đồng tiền nhỏ; phía sau là cả ví tiền bị kéo đi.' },
      { tell: 'Không nhập số thẻ, không đọc OTP. Phí thật nộp ở Một cửa hoặc trên Cổng Dịch vụ công, có biên lai.', resident: 'Phí thật nộp ở Một cửa hoặc Cổng Dịch vụ công.', picture: 'Cô ở quầy Một cửa đưa biên lai; mũi tên từ đồng tiền đến quầy, dấu đúng.' },
      { tell: 'Lỡ nhập số thẻ thì gọi ngân hàng khóa thẻ ngay. Giữ tin nhắn lại, báo Công an phường.', resident: 'Lỡ nhập: gọi ngân hàng khóa thẻ, báo Công an.', picture: 'Người phụ nữ gọi ngân hàng, thẻ bị khóa; tin nhắn được giữ lại.' },
    ],
    show: 'Bác kể được phí thật nộp ở đâu, và ai đưa biên lai.',
    never: 'Không hỏi số thẻ, không nhập hộ bác bất cứ số nào.',
  },
  camera_face: {
    people: 'Người có tài khoản ngân hàng trên điện thoại.',
    steps: [
      { tell: 'Gọi hình, bảo nhìn vào camera, quay trái, quay phải, đọc số để xác thực khuôn mặt.', resident: 'Gọi hình, bảo nhìn vào camera: đừng làm theo.', picture: 'Khuôn mặt trong khung camera; kẻ lạ ra hiệu quay trái, quay phải.' },
      { tell: 'Cúp máy, úp máy xuống. Lấy ảnh khuôn mặt, vân tay chỉ làm trước mặt Công an phường.', resident: 'Cúp máy. Chỉ làm trước mặt Công an phường.', picture: 'Điện thoại úp xuống bàn; Công an có máy ảnh trên giá ở trụ sở.' },
      { tell: 'Lỡ làm theo thì gọi ngân hàng khóa tài khoản, dùng máy khác đổi mật khẩu, báo Công an phường.', resident: 'Lỡ làm: gọi ngân hàng, đổi mật khẩu, báo Công an.', picture: 'Cuộc gọi đến ngân hàng, chìa khóa mới, và Công an phường.' },
    ],
    show: 'Cháu giả vờ bảo bác nhìn vào máy: bác úp máy xuống và nói vì sao.',
    never: 'Không chụp mặt, không quay phim bác, dù chỉ để làm mẫu.',
  },
  fake_service: {
    people: 'Người hay trả tiền điện, đóng bảo hiểm, có con cháu đi học.',
    steps: [
      { tell: 'Xưng điện lực, bảo hiểm xã hội, thuế, ngân hàng, cô giáo: dọa cắt điện, nợ thuế, hoặc báo được hoàn tiền.', resident: 'Dọa cắt điện, nợ thuế, báo hoàn tiền: coi chừng.', picture: 'Kẻ lạ gọi, quanh đó là tia điện, chiếc cân và quyển sổ; ông cụ lo lắng.' },
      { tell: 'Cúp máy. Tự gọi số in trên hóa đơn, ở mặt sau thẻ, hoặc đến trường hỏi cô giáo.', resident: 'Cúp máy, tự gọi số in trên hóa đơn, thẻ.', picture: 'Tờ hóa đơn có số điện thoại được khoanh, ông cụ tự gọi theo số đó.' },
      { tell: 'Lỡ chuyển tiền hay cài ứng dụng thì tắt nguồn máy, gọi ngân hàng giữ tiền lại, báo Công an phường.', resident: 'Lỡ chuyển: gọi ngân hàng, báo Công an phường.', picture: 'Đồng tiền bay đi bị giữ lại ở ngân hàng; Công an ghi nhận.' },
    ],
    show: 'Bác tự lấy hóa đơn và chỉ đúng chỗ in số điện thoại.',
    never: 'Không đọc, không chép mã khách hàng hay số thẻ của bác.',
  },
  fake_transfer: {
    people: 'Người bán hàng ở chợ, ở mặt phố.',
    steps: [
      { tell: 'Khách đưa ảnh chụp đã chuyển khoản. Hoặc sáng ra mã QR của quầy đã bị dán đè mã khác.', resident: 'Ảnh chuyển khoản, mã QR dán đè: có thể giả.', picture: 'Khách giơ ảnh có dấu tích; mã QR trên quầy có mảnh giấy dán chéo ở trên.' },
      { tell: 'Chỉ giao hàng khi chính máy mình báo tiền đến. Sáng nào cũng quét thử mã, xem đúng tên mình.', resident: 'Máy mình báo tiền đến mới giao hàng.', picture: 'Loa ở quầy báo tiền đến; cô bán hàng xem máy của mình, dấu đúng.' },
      { tell: 'Thấy mã bị dán đè thì gỡ xuống, nhờ ngân hàng làm mã mới, báo Công an phường.', resident: 'Gỡ mã giả, nhờ ngân hàng, báo Công an.', picture: 'Mã giả được gỡ, mã mới có dấu đúng; Công an và ngân hàng bên cạnh.' },
    ],
    show: 'Cô bán hàng tự quét mã của quầy và đọc đúng tên mình.',
    never: 'Không chuyển tiền thử bằng máy của người bán, không xem số dư.',
  },
  easy_money: {
    people: 'Người đang tìm việc, người có tiền để dành.',
    steps: [
      { tell: 'Mời việc nhẹ lương cao, đặt đơn hưởng hoa hồng, đầu tư lãi lớn. Lần đầu chúng trả thật để mình tin.', resident: 'Việc nhẹ, lãi cao, nạp tiền trước: lừa đảo.', picture: 'Kẻ lạ thả đồng tiền nhỏ trước, chiếc túi lớn chờ ở sau; mũi tên tiền đi lên.' },
      { tell: 'Không nạp tiền, không cho mượn tài khoản. Hỏi con cháu hoặc Công an phường trước khi quyết.', resident: 'Không nạp tiền. Hỏi Công an phường trước.', picture: 'Bàn tay giơ lên từ chối; gia đình và Công an cùng bàn.' },
      { tell: 'Lỡ nạp thì dừng lại, đừng nạp thêm để rút vốn. Gọi ngân hàng, giữ tin nhắn, báo Công an phường.', resident: 'Lỡ nạp: dừng lại, gọi ngân hàng, báo Công an.', picture: 'Dòng tiền bị chặn lại bằng dấu cấm; cuộc gọi ngân hàng và tin nhắn được giữ.' },
    ],
    show: 'Bác nói được hai dấu hiệu: lãi cao bất thường và bắt nạp tiền trước.',
    never: 'Không hỏi bác có bao nhiêu tiền, gửi ở đâu.',
  },
  family_crisis: {
    people: 'Mọi nhà có con cháu ở xa.',
    steps: [
      { tell: 'Báo con đang cấp cứu, người quen mượn tiền gấp. Giọng nói, khuôn mặt trong máy cũng có thể là giả.', resident: 'Báo con cấp cứu, mượn tiền gấp: khoan chuyển.', picture: 'Cuộc gọi có trái tim và đồng hồ giục; khuôn mặt trong máy có dấu hỏi.' },
      { tell: 'Cúp máy. Tự gọi số quen của người đó, hoặc gọi người khác trong nhà để hỏi lại.', resident: 'Cúp máy, tự gọi số quen để hỏi lại.', picture: 'Bà cụ gọi lại cho con, người con trả lời bình an, có dấu đúng.' },
      { tell: 'Lỡ chuyển thì gọi ngân hàng ngay để giữ tiền, báo Công an phường, báo người bị mất tài khoản.', resident: 'Lỡ chuyển: gọi ngân hàng ngay, báo Công an.', picture: 'Đồng hồ chạy, người phụ nữ gọi ngân hàng; Công an và người thân được báo.' },
    ],
    show: 'Bác chọn được một người trong nhà sẽ gọi để hỏi lại.',
    never: 'Không ghi số điện thoại người nhà của bác.',
  },
}
